-- Signs: what of each line ran.
local compat = require('covls.compat')
local config = require('covls.config')

local M = {}

local ns = vim.api.nvim_create_namespace('covls.signs')
local groups = { covered = 'CovlsCovered', partly = 'CovlsPartly', uncovered = 'CovlsUncovered', stale = 'CovlsStale' }

-- What is drawn, by buffer: states of lines, from 1, and those that are new since the base (changed).
local drawn = {}

-- Takes the part from a to b (columns, b exclusive) out of a line's pieces and lays a piece of a state there.
local function lay(pieces, a, b, state)
  local out = {}
  for _, p in ipairs(pieces) do
    if p.a < a and p.a < p.b then
      table.insert(out, { a = p.a, b = math.min(p.b, a), state = p.state })
    end
    if p.b > b then
      table.insert(out, { a = math.max(p.a, b), b = p.b, state = p.state })
    end
  end
  table.insert(out, { a = a, b = b, state = state })
  return out
end

-- The state of a line that consists of pieces. Brackets count only where there is nothing else.
local function of_pieces(line, pieces)
  local words, brackets = {}, {}
  for _, p in ipairs(pieces) do
    local text = line:sub(compat.byte(line, p.a) + 1, p.b == math.huge and #line or compat.byte(line, p.b))
    if text:find('[^%s%(%)%[%]{};,]') then
      words[p.state] = true
    elseif text:find('%S') then
      brackets[p.state] = true
    end
  end
  if words.covered and words.uncovered then
    return 'partly'
  elseif words.covered or words.uncovered then
    return words.covered and 'covered' or 'uncovered'
  elseif brackets.covered and brackets.uncovered then
    return nil
  end
  return brackets.covered and 'covered' or brackets.uncovered and 'uncovered' or nil
end

-- States of lines, from 1, of a text and what covls/coverage says of it.
function M.states(lines, coverage)
  local pieces = {}
  for _, region in ipairs(coverage.regions) do
    local from, to = region.range.start, region.range['end']
    for l = from.line, math.min(to.line, #lines - 1) do
      local a = l == from.line and from.character or 0
      local b = l == to.line and to.character or math.huge
      if a == 0 and b == math.huge then
        pieces[l] = { { a = a, b = b, state = region.state } }
      elseif a < b then
        pieces[l] = lay(pieces[l] or {}, a, b, region.state)
      end
    end
  end
  local out = {}
  for l, of_line in pairs(pieces) do
    local line = lines[l + 1]
    if #of_line == 1 and of_line[1].a == 0 and of_line[1].b == math.huge then
      out[l + 1] = line:find('%S') and of_line[1].state or nil
    else
      out[l + 1] = of_pieces(line, of_line)
    end
  end
  for _, branch in ipairs(coverage.branches) do
    if out[branch.line + 1] == 'covered' then
      for _, way in ipairs(branch.ways) do
        if way.count == 0 then
          out[branch.line + 1] = 'partly'
        end
      end
    end
  end
  for _, f in ipairs(coverage.functions) do
    local unknown = f.stale and coverage.stale_look == 'dim' or f.state == 'new' or f.state == 'unknown'
    if unknown and coverage.stale_look ~= 'hide' then
      for l = f.range.start.line, math.min(f.range['end'].line, #lines - 1) do
        if lines[l + 1]:find('%S') then
          out[l + 1] = out[l + 1] or 'stale'
        end
      end
    end
  end
  for _, e in ipairs(coverage.excluded) do
    for l = e.range.start.line, e.range['end'].line do
      out[l + 1] = nil
    end
  end
  return out
end

-- The lines, from 1, that are new since the base.
function M.changed(coverage)
  local out = {}
  for _, c in ipairs(coverage.changed) do
    for l = c.range.start.line, c.range['end'].line do
      out[l + 1] = true
    end
  end
  return out
end

function M.clear(bufnr)
  drawn[bufnr] = nil
  vim.api.nvim_buf_clear_namespace(bufnr, ns, 0, -1)
end

local function paint(bufnr)
  local look = config.options.signs
  vim.api.nvim_buf_clear_namespace(bufnr, ns, 0, -1)
  local last = vim.api.nvim_buf_line_count(bufnr)
  for line, state in pairs(drawn[bufnr].states) do
    local mark = { priority = look.priority }
    local text = look[state]
    if drawn[bufnr].changed[line] and vim.fn.strdisplaywidth(text .. look.changed) <= 2 then
      text = text .. look.changed
    end
    if text ~= '' then
      mark.sign_text, mark.sign_hl_group = text, groups[state]
    end
    if look.numbers then
      mark.number_hl_group = groups[state]
    end
    if line <= last then
      vim.api.nvim_buf_set_extmark(bufnr, ns, line - 1, 0, mark)
    end
  end
end

-- Tells that a client has nothing to show: marks are hidden, or there is no profile.
local function nothing(client)
  local status = require('covls.status').of(client.id)
  return status and (status.hidden or status.state == 'empty' or status.state == 'broken')
end

-- Asks what of a buffer ran, and shows it.
function M.draw(bufnr, client)
  if nothing(client) then
    return M.clear(bufnr)
  end
  local params = require('covls.client').document(bufnr)
  require('covls.buffers').ask(bufnr, 'covls/coverage', params, function(coverage)
    if not coverage or nothing(client) then
      return M.clear(bufnr)
    end
    drawn[bufnr] = {
      states = M.states(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), coverage), changed = M.changed(coverage),
    }
    if config.options.signs.enable then
      paint(bufnr)
    else
      vim.api.nvim_buf_clear_namespace(bufnr, ns, 0, -1)
    end
  end)
end

-- Shows signs in all buffers (true), or none (false); nil turns them over. Returns which.
function M.enable(on)
  if on == nil then
    on = not config.options.signs.enable
  end
  config.options.signs.enable = on
  for bufnr in pairs(drawn) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      if on then
        paint(bufnr)
      else
        vim.api.nvim_buf_clear_namespace(bufnr, ns, 0, -1)
      end
    end
  end
  require('covls.buffers').refresh()
  return on
end

function M.lines(bufnr)
  bufnr = (bufnr or 0) == 0 and vim.api.nvim_get_current_buf() or bufnr
  return vim.deepcopy(drawn[bufnr] and drawn[bufnr].states or {})
end

-- Goes to the first line of the next lines of a state, around the ends of the buffer. Returns false where there are none.
function M.jump(direction, state)
  local states = M.lines(0)
  local heads = {}
  for line, s in pairs(states) do
    if s == state and states[line - 1] ~= state then
      table.insert(heads, line)
    end
  end
  table.sort(heads)
  if #heads == 0 then
    require('covls.client').say(require('covls.status').none('no line here is ' .. state))
    return false
  end
  local at = vim.api.nvim_win_get_cursor(0)[1]
  local to
  if direction == 'previous' then
    to = heads[#heads]
    for _, line in ipairs(heads) do
      to = line < at and line or to
    end
    if heads[1] >= at then
      to = heads[#heads]
    end
  else
    to = heads[1]
    for i = #heads, 1, -1 do
      to = heads[i] > at and heads[i] or to
    end
  end
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { to, 0 })
  vim.cmd('normal! ^zv')
  return true
end

return M
