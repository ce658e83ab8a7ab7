-- Keeps what a buffer shows beside its diagnostics: signs and lenses.
local compat = require('covls.compat')
local config = require('covls.config')

local M = {}

-- How long the keyboard must be quiet before the server is asked again, in milliseconds.
local quiet = 200

-- The buffers that covls is attached to, by number: the client, how often the text has changed (edits), and by method how
-- often it was asked (rounds) and the number of the request that is not answered yet (asked).
local attached = {}

local function alive(bufnr)
  return attached[bufnr] and vim.api.nvim_buf_is_loaded(bufnr)
end

local function shown(bufnr)
  return #vim.fn.win_findbuf(bufnr) > 0
end

-- Asks for something that is of the text at hand, and drops the answer when somebody has typed or it was asked again
-- since. done has the answer, nil for null, the context, and a function that tells whether it is still to be shown.
function M.ask(bufnr, method, params, done)
  local state = attached[bufnr]
  local edits, round = state.edits, (state.rounds[method] or 0) + 1
  state.rounds[method] = round
  local function current()
    return attached[bufnr] == state and state.edits == edits and state.rounds[method] == round and alive(bufnr)
  end
  if state.asked[method] then
    compat.cancel(state.client, state.asked[method])
  end
  state.asked[method] = compat.request(state.client, method, params, function(err, result, ctx)
    if state.rounds[method] == round then
      state.asked[method] = nil
    end
    if not err and current() then
      done(compat.some(result) and result or nil, ctx, current)
    end
  end, bufnr)
end

local function draw(bufnr)
  if alive(bufnr) and not compat.stopped(attached[bufnr].client) then
    require('covls.signs').draw(bufnr, attached[bufnr].client)
    if config.options.lens then
      require('covls.lens').draw(bufnr, attached[bufnr].client)
    end
  end
end

-- Draws a buffer soon, once for many calls. A buffer that no window shows is drawn when one does.
function M.later(bufnr, wait)
  local state = attached[bufnr]
  if not state then
    return
  end
  state.due = (state.due or 0) + 1
  local due = state.due
  vim.defer_fn(function()
    if attached[bufnr] == state and state.due == due and alive(bufnr) and shown(bufnr) then
      draw(bufnr)
    end
  end, wait or quiet)
end

-- Draws the buffers of a client again, or of all clients; with a URI that buffer alone.
function M.refresh(id, uri)
  for bufnr, state in pairs(attached) do
    if (not id or state.client.id == id) and (not uri or vim.uri_from_bufnr(bufnr) == uri) then
      M.later(bufnr, 10)
    end
  end
end

-- Takes away what a client that has ended has left in buffers.
function M.gone(id)
  for bufnr, state in pairs(attached) do
    if state.client.id == id then
      attached[bufnr] = nil
      if vim.api.nvim_buf_is_loaded(bufnr) then
        require('covls.signs').clear(bufnr)
      end
    end
  end
  require('covls.lens').gone(id)
end

-- The buffer has another name: what was said of the one before does not hold for it. Before 0.8 nobody tells the server.
local function renamed(bufnr, state)
  if state.uri == vim.uri_from_bufnr(bufnr) or compat.stopped(state.client) then
    return
  end
  vim.diagnostic.reset(vim.lsp.diagnostic.get_namespace(state.client.id), bufnr)
  require('covls.signs').clear(bufnr)
  require('covls.lens').clear(state.client.id, bufnr)
  if not compat.has('0.8') then
    compat.tell(state.client, 'textDocument/didClose', { textDocument = { uri = state.uri } })
    compat.tell(state.client, 'textDocument/didOpen', {
      textDocument = {
        uri = vim.uri_from_bufnr(bufnr), languageId = vim.bo[bufnr].filetype, version = vim.api.nvim_buf_get_changedtick(bufnr),
        text = table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n') .. '\n',
      },
    })
  end
end

-- Begins to show a buffer of a client.
function M.attach(client, bufnr)
  local state = { client = client, edits = 0, rounds = {}, asked = {} }
  attached[bufnr] = state
  local function changed()
    if attached[bufnr] ~= state then
      return true -- ends this
    end
    state.edits = state.edits + 1
    M.later(bufnr)
  end
  vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = changed,
    on_reload = changed,
    on_detach = function()
      if attached[bufnr] == state then
        attached[bufnr] = nil
      end
    end,
  })
  vim.api.nvim_create_autocmd({ 'BufWinEnter', 'BufEnter', 'BufWritePost' }, {
    group = vim.api.nvim_create_augroup('covls.buffer.' .. bufnr, { clear = true }),
    buffer = bufnr,
    callback = function()
      M.later(bufnr, 10)
      return attached[bufnr] ~= state -- true ends this
    end,
  })
  vim.api.nvim_create_autocmd({ 'BufFilePre', 'BufFilePost' }, {
    group = 'covls.buffer.' .. bufnr,
    buffer = bufnr,
    callback = function(event)
      if attached[bufnr] ~= state then
        return true
      elseif event.event == 'BufFilePre' then
        state.uri = vim.uri_from_bufnr(bufnr)
      else
        renamed(bufnr, state)
      end
    end,
  })
  require('covls.lens').attach(client)
  M.later(bufnr, 10)
end

return M
