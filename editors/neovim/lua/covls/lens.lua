-- Lenses. Newer versions of Neovim keep them up by themselves.
local config = require('covls.config')

local M = {}

function M.attach(client)
  if config.options.lens and vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { client_id = client.id })
  end
end

-- Before 0.12: asks covls alone. refresh() would ask the buffer's other servers too.
function M.draw(bufnr, _)
  if vim.lsp.codelens.enable then
    return
  end
  local params = require('covls.client').document(bufnr)
  require('covls.buffers').ask(bufnr, 'textDocument/codeLens', params, function(result, ctx)
    if not result or #result == 0 then
      M.clear(ctx.client_id, bufnr)
    end
    vim.lsp.codelens.on_codelens(nil, result or {}, ctx)
  end)
end

-- Before 0.9 Neovim leaves lenses on the screen when none are left.
function M.clear(id, bufnr)
  if vim.lsp.codelens.clear then
    return vim.lsp.codelens.clear(id, bufnr)
  end
  vim.api.nvim_buf_clear_namespace(bufnr, vim.lsp.codelens.__namespaces[id], 0, -1)
end

-- Before 0.12 the lenses of a client stay when it has ended.
function M.gone(id)
  if vim.lsp.codelens.enable then
    return
  end
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      M.clear(id, bufnr)
      pcall(vim.lsp.codelens.save, nil, bufnr, id)
    end
  end
end

return M
