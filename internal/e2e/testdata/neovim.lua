-- Drives Neovim with the plugin and leaves what it saw in COVLS_E2E_RESULT.
local env = vim.env
local seen = { notes = {} }
local patience = 5000

-- There is no message line to look at.
vim.notify = function(message)
  table.insert(seen.notes, message)
end

-- Of two lenses in a line, the first.
vim.ui.select = function(items, _, done)
  done(items[1])
end

-- Newer versions ask for diagnostics themselves; then nothing is published.
local published, cleared = false, {}
local show = vim.lsp.handlers['textDocument/publishDiagnostics']
vim.lsp.handlers['textDocument/publishDiagnostics'] = function(err, result, ...)
  published = true
  cleared[result.uri] = #result.diagnostics == 0
  return show(err, result, ...)
end

local function wait(what, condition)
  if not vim.wait(patience, condition, 5) then
    error('waited in vain for ' .. what, 2)
  end
end

local function cursor()
  local at = vim.api.nvim_win_get_cursor(0)
  return { file = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t'), line = at[1], column = at[2] }
end

local function marks()
  return vim.tbl_map(function(d)
    return {
      line = d.lnum + 1, column = d.col, end_line = d.end_lnum + 1, end_column = d.end_col,
      severity = d.severity, message = d.message, source = d.source, code = d.code,
    }
  end, vim.diagnostic.get(0))
end

-- Waits until the only mark of the buffer satisfies a condition.
local function mark(what, condition)
  wait(what, function()
    local got = marks()
    return #got == 1 and condition(got[1])
  end)
  return marks()
end

local function ask(method, params)
  local _, answer = next(vim.lsp.buf_request_sync(0, method, params, patience) or {})
  assert(answer, 'no answer to ' .. method)
  assert(not answer.error and not answer.err, vim.inspect(answer))
  return answer.result
end

local function here()
  local encoding = (vim.lsp.get_clients or vim.lsp.get_active_clients)()[1].offset_encoding
  return vim.lsp.util.make_position_params(0, encoding)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') .. '\n'
end

-- Goes to a line, runs something that moves the cursor, and tells where it went.
local function moved(line, run)
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  local from = vim.inspect(cursor())
  run()
  wait('a jump from line ' .. line, function()
    return vim.inspect(cursor()) ~= from
  end)
  return cursor()
end

local function command(name)
  return function()
    vim.cmd(name)
  end
end

local function lenses()
  return vim.tbl_map(function(lens)
    assert(not lens.command, 'lenses are put into words when they are shown')
    local resolved = ask('codeLens/resolve', lens)
    return { line = resolved.range.start.line + 1, title = resolved.command.title }
  end, ask('textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params() }))
end

local function replace_profile()
  local file = assert(io.open(env.COVLS_E2E_NEXT, 'rb'))
  local data = file:read('*a')
  file:close()
  file = assert(io.open('cover.out.tmp', 'wb'))
  file:write(data)
  file:close()
  local seconds, micros = vim.loop.gettimeofday()
  seen.renamed = seconds * 1e6 + micros
  assert(vim.loop.fs_rename('cover.out.tmp', 'cover.out'))
end

local exit
local function start()
  vim.cmd('filetype on')
  vim.o.hidden = true
  vim.opt.runtimepath:prepend(env.COVLS_E2E_PLUGIN)
  vim.cmd('runtime plugin/covls.lua')
  require('covls').setup({
    cmd = { env.COVLS_E2E_PROXY, 'serve' },
    init_options = { diagnostics = { severity = { lower = 'warning' } } }, -- told apart from a stale mark
    on_exit = function(code, signal)
      exit = { code = code, signal = signal }
    end,
  })
  vim.cmd('edit bash_completions.go')
  wait('diagnostics', function()
    return #marks() > 0
  end)
end

local function file_shows()
  seen.opened = marks()
  local tick = vim.b.changedtick
  seen.lenses = lenses()

  if not vim.lsp.codelens.enable then -- else running a lens asks for it
    wait('lenses', function()
      local got = vim.lsp.codelens.get(0)
      return #got > 0 and not vim.tbl_contains(vim.tbl_map(function(lens)
        return lens.command ~= nil
      end, got), false)
    end)
  end
  seen.file_lens = moved(1, vim.lsp.codelens.run)
  seen.func_lens = moved(701, vim.lsp.codelens.run)

  vim.api.nvim_win_set_cursor(0, { 701, 25 })
  seen.hover = ask('textDocument/hover', here()).contents
  local windows = #vim.api.nvim_list_wins()
  vim.lsp.buf.hover()
  wait('the hover', function()
    return #vim.api.nvim_list_wins() > windows
  end)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      seen.hover_lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true)
      vim.api.nvim_win_close(window, true)
    end
  end

  local function raw(name)
    local place = ask('workspace/executeCommand', { command = name, arguments = { here() } })
    seen.location = place.range.start
  end
  seen.jump = moved(690, function()
    raw('covls.nextGap')
  end)
  seen.next = moved(690, command('Covls next'))
  seen.previous = moved(vim.api.nvim_buf_line_count(0), command('Covls prev'))
  seen.wrapped = moved(vim.api.nvim_buf_line_count(0), command('Covls next'))
  local buffer = vim.api.nvim_get_current_buf()
  local function onward()
    raw('covls.nextGapInWorkspace')
  end
  seen.within = moved(vim.api.nvim_buf_line_count(0), onward)
  seen.elsewhere = moved(1, function() -- through the gaps of the file to the next one
    local from, place = here(), nil
    for _ = 1, 50 do
      place = ask('workspace/executeCommand', { command = 'covls.nextGapInWorkspace', arguments = { from } })
      if place.uri ~= from.textDocument.uri then
        break
      end
      from.position = place.range.start
    end
    seen.location = place.range.start
  end)
  vim.api.nvim_set_current_buf(buffer)
  seen.urgent = moved(1, command('Covls urgent'))
  wait('diagnostics of another file', function()
    return #marks() > 0
  end)
  seen.urgent_marks = marks()
  vim.api.nvim_set_current_buf(buffer)

  seen.untouched = vim.b.changedtick == tick and not vim.bo.modified
end

local function profile_changes()
  replace_profile()
  seen.replaced = mark('marks of the new profile', function(m)
    return not m.message:find('GenBashCompletionFile', 1, true)
  end)
  seen.replaced_lenses = lenses()
end

local function text_changes()
  local before = text()
  local line = seen.replaced[1].line
  vim.cmd([[execute "normal! ggO// one\<CR>// two\<CR>// three\<Esc>"]])
  seen.moved = mark('a moved mark', function(m)
    return m.line == line + 3
  end)
  vim.o.undolevels = vim.o.undolevels -- ends what one undo takes back
  vim.api.nvim_win_set_cursor(0, { line + 3, 0 })
  vim.cmd([[execute "normal! o\t_ = 1\<Esc>"]])
  seen.stale = mark('a stale mark', function(m)
    return m.severity == vim.diagnostic.severity.HINT
  end)
  vim.cmd('undo')
  seen.fresh = mark('a fresh mark', function(m)
    return m.severity ~= vim.diagnostic.severity.HINT
  end)
  vim.cmd('undo')
  seen.back = mark('the mark in its old place', function(m)
    return m.line == line
  end)
  seen.restored = text() == before
  seen.text = text()
end

local function commands_work()
  vim.cmd('Covls toggle')
  wait('no marks', function()
    return #marks() == 0
  end)
  vim.cmd('Covls toggle')
  wait('marks', function()
    return #marks() == 1
  end)
  vim.cmd('Covls reload')
  wait('the reload', function()
    return vim.tbl_contains(seen.notes, 'covls: read 1 profile')
  end)
  vim.cmd('Covls doctor')
  wait('the doctor', function()
    return vim.bo.buftype == 'nofile'
  end)
  seen.doctor = text()
  vim.cmd('close')
  vim.cmd('Covls explain')
  wait('the explanation', function()
    return vim.bo.buftype == 'nofile'
  end)
  seen.explained = text()
  vim.cmd('close')
  local file = vim.api.nvim_get_current_buf()
  vim.cmd('Covls report')
  wait('the report', function()
    return vim.api.nvim_get_current_buf() ~= file
  end)
  seen.report = text()
  vim.cmd(vim.bo.buftype == 'nofile' and 'close' or ('buffer ' .. file))
end

local function ends()
  local uri = vim.uri_from_bufnr(0)
  local id = (vim.lsp.get_clients or vim.lsp.get_active_clients)()[1].id
  vim.cmd('bdelete')
  wait('a closed document to lose its marks', function()
    return not published or cleared[uri]
  end)
  -- Neovim 0.10 may ask on after shutdown, and complains of the answer.
  vim.notify = function() end
  vim.lsp.stop_client(id)
  wait('the end of covls', function()
    return exit
  end)
  seen.exit = exit
end

local ok, err = xpcall(function()
  start()
  if env.COVLS_E2E_END == 'kill' then
    vim.loop.kill(vim.loop.os_getpid(), 'sigkill')
  elseif env.COVLS_E2E_END == 'stop' then
    file_shows()
    profile_changes()
    text_changes()
    commands_work()
    ends()
  end
end, debug.traceback)
if not ok then
  seen.failure = err
end
local file = assert(io.open(env.COVLS_E2E_RESULT, 'w'))
file:write(vim.fn.json_encode(seen))
file:close()
vim.cmd('qall!')
