-- Opens demo.go in Neovim with the plugin, and leaves the lenses and marks in COVLS_E2E_RESULT: once they are
-- those that COVLS_E2E_LENS is part of, again after COVLS_E2E_RUN was run in a shell and the buffer was read anew, once
-- they are those of COVLS_E2E_THEN, and so on: steps are apart by ";;".
local env = vim.env
local seen = { steps = {} }

local function marks()
  return vim.tbl_map(function(d)
    return string.format('%d:%d %s', d.lnum + 1, d.col, d.message)
  end, vim.diagnostic.get(0))
end

local function ask(method, params)
  local _, answer = next(vim.lsp.buf_request_sync(0, method, params, 5000) or {})
  return answer and answer.result or {}
end

local function lenses()
  return vim.tbl_map(function(lens)
    local resolved = ask('codeLens/resolve', lens)
    return resolved.command and string.format('%d %s', lens.range.start.line + 1, resolved.command.title) or ''
  end, ask('textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params() }))
end

local ok, failure = pcall(function()
  vim.cmd('filetype on')
  vim.o.autoread = true
  vim.opt.runtimepath:prepend(env.COVLS_E2E_PLUGIN)
  require('covls').setup({ cmd = { env.COVLS_E2E_COVLS, 'serve' } })
  vim.cmd('edit demo.go')
  for step in vim.gsplit(env.COVLS_E2E_STEPS, ';;', true) do
    local run, want = unpack(vim.split(step, '=>', true))
    if run ~= '' then
      vim.fn.system(run)
      assert(vim.v.shell_error == 0, run)
      vim.cmd('checktime')
    end
    local shown
    if not vim.wait(10000, function()
      shown = table.concat(lenses(), '\n')
      return shown:find(want, 1, true) ~= nil
    end, 50) then
      error('waited in vain for "' .. want .. '" among\n' .. shown)
    end
    vim.wait(200, function() return false end)
    table.insert(seen.steps, { lenses = lenses(), marks = marks() })
  end
end)
if not ok then
  seen.failure = failure
end
vim.fn.writefile({ vim.json.encode(seen) }, env.COVLS_E2E_RESULT)
vim.cmd('qall!')
