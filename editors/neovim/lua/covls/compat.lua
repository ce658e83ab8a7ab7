-- What has another name in another version of Neovim.
local M = {}

function M.has(version)
  return vim.fn.has('nvim-' .. version) == 1
end

-- All clients of covls, the oldest first.
function M.clients()
  local found = vim.tbl_filter(function(client)
    return client.name == 'covls'
  end, vim.tbl_values((vim.lsp.get_clients or vim.lsp.get_active_clients)()))
  table.sort(found, function(a, b)
    return a.id < b.id
  end)
  return found
end

-- Asks a server and returns the number of the request, nil where it could not be asked.
function M.request(client, method, params, done, bufnr)
  local ok, id
  if M.has('0.11') then
    ok, id = client:request(method, params, done, bufnr)
  else
    ok, id = client.request(method, params, done, bufnr)
  end
  return ok and id or nil
end

function M.cancel(client, id)
  if M.has('0.11') then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

function M.tell(client, method, params)
  if M.has('0.11') then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

function M.stop(client)
  if M.has('0.11') then
    client:stop()
  else
    client.stop()
  end
end

function M.stopped(client)
  if M.has('0.11') then
    return client:is_stopped()
  end
  return client.is_stopped()
end

-- Byte of a column that counts in UTF-16, both from 0.
function M.byte(line, column)
  if column <= 0 then
    return 0
  end
  local ok, byte
  if M.has('0.11') then
    ok, byte = pcall(vim.str_byteindex, line, 'utf-16', column, false)
  else
    ok, byte = pcall(vim.str_byteindex, line, column, true)
  end
  return ok and byte or #line
end

-- Tells that a server of this buffer, other than covls, has hovers.
function M.hovered(bufnr)
  for _, client in pairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name ~= 'covls' and client.attached_buffers[bufnr] then
      local can = client.server_capabilities and client.server_capabilities.hoverProvider
      if can or client.resolved_capabilities and client.resolved_capabilities.hover then
        return true
      end
    end
  end
  return false
end

-- The words of a list of words and lists.
function M.flatten(list)
  if vim.iter then
    return vim.iter(list):flatten(math.huge):totable()
  end
  return vim.tbl_flatten(list)
end

-- vim.NIL is null in lists and where an answer is nothing else.
function M.some(value)
  return value ~= nil and value ~= vim.NIL
end

return M
