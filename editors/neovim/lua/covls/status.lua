-- Where things stand, as the servers tell.
local compat = require('covls.compat')
local config = require('covls.config')

local M = {}
local some = compat.some

-- The last covls/status of each client, by its number.
local statuses = {}

-- By the same number: how many runs of tests of this Neovim's go on, and of how many it is still to be said how they ended.
local running, untold = {}, {}

local function add(counts, id, n)
  counts[id] = (counts[id] or 0) + n
end

local function changed()
  vim.cmd('redrawstatus!')
  if vim.fn.exists('#User#CovlsStatus') == 1 then
    vim.api.nvim_exec_autocmds('User', { pattern = 'CovlsStatus', modeline = false })
  end
end

-- Takes a status; nil: the client has ended.
function M.take(id, status)
  statuses[id] = status
  if status and not status.loading then
    require('covls.buffers').refresh(id)
  end
  changed()
end

function M.of(id)
  return statuses[id]
end

-- The status for the current buffer, and the number of its client; nil where there is none.
function M.current()
  local client = require('covls.client').of(0)
  return client and statuses[client.id] or nil, client and client.id
end

-- What the last run of a client's project has covered and lost. Of runs of this Neovim's that is said with how they ended.
function M.ran(id, ran)
  if config.options.notify and (untold[id] or 0) == 0 then
    require('covls.client').say(ran.text, nil, id)
  end
end

-- A run of the tests of a client's project begins.
function M.begins(id)
  add(running, id, 1)
  add(untold, id, 1)
  changed()
end

-- It has ended.
function M.ends(id)
  add(running, id, -1)
  changed()
end

-- It was said how.
function M.told(id)
  add(untold, id, -1)
end

local function count(n, one, many)
  return n == 1 and '1 ' .. one or ('%d %s'):format(n, many)
end

-- What is to be said beside the figure; there is room for one.
local function note(s, runs)
  if runs then
    return 'running tests'
  elseif s.loading then
    return 'reading'
  elseif s.unmeasured > 0 then
    return count(s.unmeasured, 'package', 'packages') .. ' not measured'
  end
  local useless = 0
  for _, p in ipairs(s.profiles) do
    if some(p.trouble) or p.found == 0 then
      useless = useless + 1
    end
  end
  if useless > 0 then
    return count(useless, 'profile', 'profiles') .. ' not usable'
  elseif s.stale then
    return 'code has changed'
  elseif s.hidden then
    return 'marks hidden'
  end
end

-- A status in a few words; runs: tests run.
function M.words(s, runs)
  if s.state == 'loading' then
    return 'reading coverage'
  elseif s.state == 'empty' then
    return runs and 'running tests' or 'no coverage profile'
  elseif s.state == 'broken' then
    return runs and 'running tests' or 'unreadable coverage profile'
  end
  local words = {}
  if some(s.summary) and some(s.summary.percent) then
    table.insert(words, ('%s %%'):format(s.summary.percent))
  else
    table.insert(words, s.unknown_functions > 0 and 'nothing known' or 'nothing to cover')
  end
  if some(s.changed) and s.changed.text ~= '' then
    table.insert(words, s.changed.text)
  end
  words[#words + 1] = note(s, runs)
  return table.concat(words, ' · ')
end

-- The same of a client that has told one.
function M.text(id)
  return M.words(statuses[id], (running[id] or 0) > 0)
end

-- What is said where nothing was found: otherwise, or why nothing can be.
function M.none(otherwise)
  local s, id = M.current()
  return s and s.state ~= 'ready' and M.text(id) .. '; :Covls doctor says why' or otherwise or 'no gap'
end

-- The same where nothing was found in what changed.
function M.unchanged()
  local s = M.current()
  if s and s.state == 'ready' and not some(s.changed) then
    return 'what changed is not known, or not yet; :Covls doctor says more'
  end
  local why = s and some(s.changed) and s.changed.why
  return M.none(why and some(why) and why ~= '' and why or 'no gap in what changed')
end

-- For 'statusline', where % begins an item.
function M.line()
  local s, id = M.current()
  return s and (('cov ' .. M.text(id)):gsub('%%', '%%%%')) or ''
end

return M
