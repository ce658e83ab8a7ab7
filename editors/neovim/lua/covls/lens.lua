-- Lenses. Newer versions of Neovim keep them up by themselves.
local compat = require('covls.compat')
local config = require('covls.config')

local M = {}

-- What covls calls a lens whose function is gone since it was asked for lenses.
local gone = '…'

function M.attach(client)
  if config.options.lens and vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { client_id = client.id })
  end
end

-- Before 0.12: asks covls alone, and shows lenses when all are in words. refresh() would ask the buffer's other servers
-- too, and shows each lens as unresolved before.
function M.draw(bufnr, client)
  if vim.lsp.codelens.enable then
    return
  end
  local params = require('covls.client').document(bufnr)
  require('covls.buffers').ask(bufnr, 'textDocument/codeLens', params, function(lenses, _, current)
    lenses = lenses or {}
    local left = #lenses
    local function show()
      if left > 0 or not current() then
        return
      end
      lenses = vim.tbl_filter(function(lens)
        return lens.command and lens.command.title ~= gone
      end, lenses)
      M.clear(client.id, bufnr)
      vim.lsp.codelens.save(lenses, bufnr, client.id)
      vim.lsp.codelens.display(lenses, bufnr, client.id)
    end
    for _, lens in ipairs(lenses) do
      compat.request(client, 'codeLens/resolve', lens, function(_, resolved)
        lens.command = compat.some(resolved) and resolved.command or nil
        left = left - 1
        show()
      end, bufnr)
    end
    show()
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
