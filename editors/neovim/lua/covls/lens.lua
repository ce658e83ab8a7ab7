-- Lenses. vim.lsp.codelens.run() runs them in all versions.
local compat = require('covls.compat')
local config = require('covls.config')

local M = {}

-- What covls calls a lens whose function is gone since it was asked for lenses.
local gone = '…'

-- From 0.12 on Neovim would ask for lenses by itself, when it draws a window. What a client that was restarted has
-- left stays on the screen then, and a lens whose function is gone is shown.
local own = vim.lsp.codelens.enable ~= nil

local function namespace(id)
  return vim.api.nvim_create_namespace('covls.lens.' .. id)
end

function M.attach(client)
  if own and config.options.lens then
    vim.lsp.codelens.enable(false, { client_id = client.id })
  end
end

-- Shows lenses above their lines, as 0.12 does.
local function above(id, bufnr, lenses)
  local rows = {}
  for _, lens in ipairs(lenses) do
    local row = lens.range.start.line
    rows[row] = rows[row] or {}
    table.insert(rows[row], lens)
  end
  local last = vim.api.nvim_buf_line_count(bufnr)
  for row, of_row in pairs(rows) do
    table.sort(of_row, function(a, b)
      return a.range.start.character < b.range.start.character
    end)
    local line = vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
    local before = line:sub(1, compat.byte(line, of_row[1].range.start.character))
    local chunks = { { (' '):rep(vim.fn.strdisplaywidth(before)), 'LspCodeLensSeparator' } }
    for i, lens in ipairs(of_row) do
      if i > 1 then
        table.insert(chunks, { ' | ', 'LspCodeLensSeparator' })
      end
      table.insert(chunks, { lens.command.title, 'LspCodeLens' })
    end
    if row < last then
      vim.api.nvim_buf_set_extmark(bufnr, namespace(id), row, 0, { virt_lines = { chunks }, virt_lines_above = true })
    end
  end
  if not rows[0] then
    return
  end
  -- A window that is at the top would not show what is above it.
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    vim.api.nvim_win_call(window, function()
      if vim.fn.winsaveview().topline == 1 then
        vim.fn.winrestview({ topfill = 1 })
      end
    end)
  end
end

function M.clear(id, bufnr)
  if own then
    vim.api.nvim_buf_clear_namespace(bufnr, namespace(id), 0, -1)
  elseif vim.lsp.codelens.clear then
    vim.lsp.codelens.clear(id, bufnr)
  else
    -- Before 0.9 Neovim leaves lenses on the screen when none are left.
    vim.api.nvim_buf_clear_namespace(bufnr, vim.lsp.codelens.__namespaces[id], 0, -1)
  end
end

-- Asks covls alone, and shows lenses when all are in words: Neovim would ask the buffer's other servers too, and show each
-- lens as unresolved before.
function M.draw(bufnr, client)
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
      if own then
        return above(client.id, bufnr, lenses)
      end
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

-- Takes away what a client that has ended has left.
function M.gone(id)
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      M.clear(id, bufnr)
      if not own then
        pcall(vim.lsp.codelens.save, nil, bufnr, id)
      end
    end
  end
end

return M
