-- The client: how it is started, what it announces, and how it asks.
local compat = require('covls.compat')
local config = require('covls.config')

local M = {}
local some = compat.some

local function folder(client)
  return client.config.root_dir or ''
end

-- Says something, of the project of a client if id is not nil and there are several.
function M.say(text, level, id)
  local client = id and #compat.clients() > 1 and vim.lsp.get_client_by_id(id)
  if client then
    text = vim.fn.fnamemodify(folder(client), ':t') .. ': ' .. text
  end
  vim.notify('covls: ' .. text, level or vim.log.levels.INFO)
end

-- The client of a buffer (0 is the current one), else the only one there is. With several, that of the window before for a
-- buffer that is no file, as a list or a report, and that in whose folder a file is; nil where there is no such client.
function M.of(bufnr)
  bufnr = (bufnr or 0) == 0 and vim.api.nvim_get_current_buf() or bufnr
  local all = compat.clients()
  local other = vim.bo[bufnr].buftype ~= '' and vim.fn.winbufnr(vim.fn.winnr('#')) or -1
  for _, b in ipairs({ bufnr, other }) do
    for _, client in ipairs(all) do
      if client.attached_buffers[b] then
        return client
      end
    end
  end
  if #all < 2 then
    return all[1]
  end
  local path, nearest = vim.api.nvim_buf_get_name(bufnr), nil
  for _, client in ipairs(all) do
    if vim.startswith(path, folder(client) .. '/') and (not nearest or #folder(client) > #folder(nearest)) then
      nearest = client
    end
  end
  return nearest
end

-- The client to be asked; nil, after that was said, where there is none.
function M.running()
  local client = M.of(0)
  if not client and #compat.clients() > 0 then
    M.say('this buffer is of none of the projects that are open', vim.log.levels.WARN)
  elseif not client then
    M.say('not running: open a source file of a project first; :Covls restart starts it for any', vim.log.levels.WARN)
  end
  return client
end

-- Asks covls. done has the answer, nil for null, and the client; what fails is said.
function M.ask(method, params, done)
  local client = M.running()
  if not client then
    return
  end
  compat.request(client, method, params, function(err, result)
    if not err then
      return done(some(result) and result or nil, client)
    end
    -- RequestCancelled: somebody said no.
    M.say(err.message, err.code == -32800 and vim.log.levels.INFO or vim.log.levels.ERROR)
  end, 0)
end

-- Runs a command of covls, whose argument may be nil.
function M.execute(command, argument, done)
  M.ask('workspace/executeCommand', { command = command, arguments = argument and { argument } or nil }, done)
end

-- The place of the cursor.
function M.here()
  return vim.lsp.util.make_position_params(0, 'utf-16')
end

function M.document(bufnr)
  return { textDocument = { uri = vim.uri_from_bufnr(bufnr or 0) } }
end

-- Before 0.8 Neovim shows no documents for servers.
local function show_document(_, result)
  if result.external then
    return { success = false }
  end
  local bufnr = vim.uri_to_bufnr(result.uri)
  vim.bo[bufnr].buflisted = true
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_buf(0, bufnr)
  if result.selection then
    local at = result.selection.start
    local line = vim.api.nvim_buf_get_lines(bufnr, at.line, at.line + 1, false)[1] or ''
    pcall(vim.api.nvim_win_set_cursor, 0, { at.line + 1, compat.byte(line, at.character) })
    vim.cmd('normal! zv')
  end
  return { success = true }
end

local function handlers()
  local out = {
    ['covls/status'] = function(_, status, ctx)
      require('covls.status').take(ctx.client_id, status)
    end,
    ['covls/sinceLastRun'] = function(_, ran, ctx)
      require('covls.status').ran(ctx.client_id, ran)
    end,
    ['textDocument/publishDiagnostics'] = function(err, result, ctx, how)
      vim.lsp.handlers['textDocument/publishDiagnostics'](err, result, ctx, how)
      require('covls.buffers').refresh(ctx.client_id, result and result.uri)
    end,
    ['workspace/codeLens/refresh'] = function(err, result, ctx)
      if vim.lsp.handlers['workspace/codeLens/refresh'] then
        vim.lsp.handlers['workspace/codeLens/refresh'](err, result, ctx)
      end
      require('covls.buffers').refresh(ctx.client_id)
      return vim.NIL
    end,
  }
  if not vim.lsp.handlers['window/showDocument'] then
    out['window/showDocument'] = show_document
  end
  if not compat.has('0.11') then
    out['textDocument/hover'] = function(err, result, ctx, how)
      if config.options.hover == 'yield' and compat.hovered(ctx.bufnr or vim.api.nvim_get_current_buf()) then
        return nil
      end
      return vim.lsp.handlers['textDocument/hover'](err, result, ctx, how)
    end
  end
  return out
end

local function capabilities()
  local out = vim.lsp.protocol.make_client_capabilities()
  local function member(name)
    out[name] = out[name] or {}
    return out[name]
  end
  -- gopls and most others count in UTF-16, and Neovim wants one unit in a buffer.
  member('general').positionEncodings = { 'utf-16' }
  member('window').showDocument = { support = true }
  member('workspace').codeLens = { refreshSupport = true }
  -- Neovim makes them, and new files, but announces that not.
  out.workspace.workspaceEdit.documentChanges = true
  member('experimental').covls = { documents = true, runTests = true }
  return out
end

local function on_exit(_, _, id)
  vim.schedule(function()
    require('covls.buffers').gone(id)
    require('covls.status').take(id, nil)
  end)
end

-- Runs all functions that are there.
local function both(first, second)
  if not second then
    return first
  end
  return function(...)
    first(...)
    return second(...)
  end
end

-- The folder of the project of a buffer, nil where it has none.
local function root(bufnr, markers)
  local from = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ':p:h')
  for _, marker in ipairs(compat.flatten(markers)) do
    local found = vim.fn.findfile(marker, vim.fn.escape(from, ' ,;\\') .. ';')
    if found == '' then
      found = vim.fn.finddir(marker, vim.fn.escape(from, ' ,;\\') .. ';')
    end
    if found ~= '' then
      return (vim.fn.fnamemodify((vim.fn.fnamemodify(found, ':p'):gsub('/$', '')), ':h'))
    end
  end
end

local lack_told = false

-- Tells whether there is a program to start. That there is none is said once.
local function there(cmd)
  if type(cmd) ~= 'table' or vim.fn.executable(cmd[1]) == 1 then
    return true
  end
  if not lack_told then
    lack_told = true
    M.say(('%s is not on the PATH: install covls, or name it by setup({ cmd = { PATH, \'serve\' } })'):format(cmd[1]), vim.log.levels.WARN)
  end
  return false
end

-- From 0.11 on: starts covls for buffers of projects alone.
local function root_dir(bufnr, on_dir)
  local found = root(bufnr, vim.lsp.config.covls.root_markers or {})
  if found then
    on_dir(found)
  end
end

-- From 0.11 on: Neovim is silent where there is no program to start.
local function look_for_program(group)
  local function look(bufnr)
    local c = vim.lsp.config.covls
    if vim.tbl_contains(c.filetypes or {}, vim.bo[bufnr].filetype) and vim.bo[bufnr].buftype == '' and root(bufnr, c.root_markers or {}) then
      there(c.cmd)
    end
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    callback = function(event)
      look(event.buf)
    end,
  })
  -- The one whose language has led here, and those that were there before.
  vim.schedule(function()
    for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_is_loaded(bufnr) then
        look(bufnr)
      end
    end
  end)
end

-- The configuration of the client: what covls needs, and what the user wants otherwise.
function M.config(user)
  user = user or {}
  local own = {
    name = 'covls',
    cmd = { 'covls', 'serve' },
    filetypes = config.filetypes,
    root_markers = config.root_markers,
    root_dir = vim.lsp.config and root_dir or nil,
    capabilities = capabilities(),
    handlers = handlers(),
  }
  local out = vim.tbl_deep_extend('force', own, user)
  out.on_exit = both(on_exit, user.on_exit)
  if vim.fn.exists('##LspAttach') == 0 then
    out.on_attach = both(function(client, bufnr)
      require('covls.buffers').attach(client, bufnr)
    end, user.on_attach)
  end
  return out
end

-- Commands of lenses and code actions that are run here, as the plugin announces that it shows what they answer.
local clicks = {
  'nextGap', 'previousGap', 'nextGapInWorkspace', 'mostUrgentGap', 'nextUnseen', 'nextChangedGap', 'previousChangedGap', 'goToTests',
  'explain', 'showReport', 'doctor', 'runTests', 'addPathMapping',
}

-- What happens to every buffer that covls is attached to, however it was started.
function M.watch()
  local group = vim.api.nvim_create_augroup('covls', { clear = true })
  if vim.fn.exists('##LspAttach') == 1 then
    vim.api.nvim_create_autocmd('LspAttach', {
      group = group,
      callback = function(event)
        local client = vim.lsp.get_client_by_id(event.data.client_id)
        if client and client.name == 'covls' then
          require('covls.buffers').attach(client, event.buf)
        end
      end,
    })
  end
  vim.api.nvim_create_autocmd('ColorScheme', {
    group = group,
    callback = function()
      require('covls.highlight').set()
    end,
  })
  if vim.lsp.config then
    look_for_program(group)
  end
  require('covls.highlight').set()
  for _, name in ipairs(clicks) do
    vim.lsp.commands['covls.' .. name] = function(command)
      require('covls.commands').clicked(command)
    end
  end
  return group
end

-- Before 0.8: the number of the client of each folder. Neovim lists none that is still being started.
local started = {}

-- Starts covls for a buffer, one client for each project. It does not for a file of none, unless it was asked to (asked).
local function start(wanted, bufnr, asked)
  local name = vim.api.nvim_buf_get_name(bufnr)
  if vim.bo[bufnr].buftype ~= '' or name == '' or name:find('^%w+://') or not there(wanted.cmd) then
    return
  end
  local c = vim.tbl_extend('force', {}, wanted)
  if type(c.root_dir) ~= 'string' then
    c.root_dir = root(bufnr, c.root_markers or {}) or asked and vim.fn.fnamemodify(name, ':p:h') or nil
  end
  if not c.root_dir then
    return
  end
  if vim.lsp.start then
    return vim.api.nvim_buf_call(bufnr, function()
      vim.lsp.start(c)
    end)
  end
  local client = vim.lsp.get_client_by_id(started[c.root_dir])
  if not client or client.is_stopped() then
    started[c.root_dir] = vim.lsp.start_client(c)
  end
  if started[c.root_dir] then
    vim.lsp.buf_attach_client(bufnr, started[c.root_dir])
  end
end

local function enable(wanted, group)
  local known = {}
  for _, filetype in ipairs(wanted.filetypes) do
    known[filetype] = true
  end
  local function begin(bufnr, asked)
    if known[vim.bo[bufnr].filetype] then
      start(wanted, bufnr, asked)
    end
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = wanted.filetypes,
    callback = function(event)
      begin(event.buf)
    end,
  })
  -- The plugin may be loaded late.
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      begin(bufnr)
    end
  end
  return begin
end

-- Starts covls for a buffer again; nil where setup has not been called.
local begin

function M.setup(user)
  local group = M.watch()
  local wanted = M.config(config.take(user))
  if vim.lsp.config then
    vim.lsp.config('covls', wanted)
    vim.lsp.enable('covls')
  else
    begin = enable(wanted, group)
  end
end

-- Ends covls and starts it again for all buffers of its languages that are of a project, and for the current one.
function M.restart()
  local here = vim.api.nvim_get_current_buf()
  lack_told = false
  local stopped = compat.clients()
  for _, client in ipairs(stopped) do
    compat.stop(client)
  end
  local tries = 0
  local function again()
    tries = tries + 1
    local over = true
    for _, client in ipairs(stopped) do
      over = over and compat.stopped(client) and not vim.lsp.get_client_by_id(client.id)
    end
    if not over and tries < 100 then
      return vim.defer_fn(again, 50)
    elseif not over then
      return M.say('could not be ended', vim.log.levels.ERROR)
    end
    if not begin then
      vim.lsp.enable('covls')
      if vim.tbl_contains(vim.lsp.config.covls.filetypes or {}, vim.bo[here].filetype) then
        start(vim.lsp.config.covls, here, true)
      end
    end
    -- Those of a server that has ended by itself, too.
    for _, bufnr in ipairs(begin and vim.api.nvim_list_bufs() or {}) do
      if vim.api.nvim_buf_is_loaded(bufnr) then
        begin(bufnr, bufnr == here)
      end
    end
  end
  again()
end

return M
