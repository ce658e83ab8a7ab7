-- Windows that show what the server says.
local M = {}

local function close_by_keys(bufnr, keys)
  for _, key in ipairs(keys) do
    vim.api.nvim_buf_set_keymap(bufnr, 'n', key, '<Cmd>close<CR>', { noremap = true, silent = true, nowait = true })
  end
end

-- Goes to a window with a file in it, so that a jump takes no other window's place.
function M.to_file()
  if vim.bo.buftype == '' and vim.api.nvim_win_get_config(0).relative == '' then
    return
  end
  local windows = { vim.fn.win_getid(vim.fn.winnr('#')) }
  vim.list_extend(windows, vim.api.nvim_tabpage_list_wins(0))
  for _, window in ipairs(windows) do
    if window ~= 0 and vim.api.nvim_win_get_config(window).relative == '' then
      if vim.bo[vim.api.nvim_win_get_buf(window)].buftype == '' then
        return vim.api.nvim_set_current_win(window)
      end
    end
  end
  vim.cmd('aboveleft new')
end

-- Shows Markdown in a split of its own, which keeps its place when it is shown again.
function M.document(name, text)
  name = 'covls://' .. name
  local bufnr = vim.fn.bufnr('^' .. name .. '$')
  if bufnr == -1 then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, name)
  end
  vim.bo[bufnr].buftype, vim.bo[bufnr].bufhidden, vim.bo[bufnr].swapfile = 'nofile', 'wipe', false
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split((text:gsub('\n+$', '')), '\n'))
  vim.bo[bufnr].modifiable = false
  local window = vim.fn.bufwinid(bufnr)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('split')
    vim.api.nvim_win_set_buf(0, bufnr)
  end
  if vim.bo[bufnr].filetype ~= 'markdown' then
    vim.bo[bufnr].filetype = 'markdown'
  end
  vim.cmd('setlocal nonumber norelativenumber signcolumn=no wrap linebreak')
  close_by_keys(bufnr, { 'q' })
  return bufnr
end

-- Shows lines in the middle of the screen; marks are {line, first byte, last byte, group}. Returns the
-- buffer and the window.
function M.float(title, lines, marks)
  local width = 20
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  width = math.min(width, math.max(20, vim.o.columns - 6))
  local height = math.max(1, math.min(#lines, vim.o.lines - 6))
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  local ns = vim.api.nvim_create_namespace('covls.float')
  for _, m in ipairs(marks) do
    vim.api.nvim_buf_set_extmark(bufnr, ns, m[1], m[2], { end_col = m[3], hl_group = m[4] })
  end
  local config = {
    relative = 'editor', style = 'minimal', border = 'rounded', width = width, height = height,
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1), col = math.max(0, math.floor((vim.o.columns - width) / 2) - 1),
  }
  if vim.fn.has('nvim-0.9') == 1 then
    config.title = ' ' .. title .. ' '
  end
  local window = vim.api.nvim_open_win(bufnr, true, config)
  vim.wo[window].cursorline, vim.wo[window].wrap = true, false
  close_by_keys(bufnr, { 'q', '<Esc>' })
  return bufnr, window
end

return M
