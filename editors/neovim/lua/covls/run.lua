-- Runs the tests in a terminal, when the user has seen the command and wants it.
local client = require('covls.client')
local compat = require('covls.compat')
local config = require('covls.config')
local status = require('covls.status')

local M = {}
local some = compat.some

-- How status.profiles has times, for os.date.
local time_format = '!%Y-%m-%dT%H:%M:%SZ'

-- Makes the folder of covls's own profiles, which no version control sees.
local function own_folder(dir)
  local path = dir .. '/.covls'
  if vim.fn.isdirectory(path) == 0 then
    vim.fn.mkdir(path, 'p')
  end
  if vim.fn.filereadable(path .. '/.gitignore') == 0 then
    vim.fn.writefile({ '*' }, path .. '/.gitignore')
  end
end

-- Tells that the server has read what a run has written that began at a time, in the form of status.profiles: one of the
-- profiles is of then or later, and all are those that are on disk.
local function read_since(began, s)
  local found = false
  for _, p in ipairs(s.profiles) do
    local stat = vim.loop.fs_stat(vim.uri_to_fname(p.uri))
    if stat and os.date(time_format, stat.mtime.sec) ~= p.modified then
      return false
    end
    found = found or p.modified >= began
  end
  return found and not s.loading
end

-- Tells how a run ended, what it has covered and lost, and which packages it has not measured, once its profile was read.
local function tell(id, code, began)
  local tries, since = 0, 0
  local function look()
    tries = tries + 1
    local s = status.of(id)
    local read = s and read_since(began, s)
    if not read and tries < 50 then
      return vim.defer_fn(look, 100)
    end
    -- What the run has covered and lost is told a moment after its profile.
    if read and since < 10 and not (some(s.since_last_run) and s.since_last_run.at >= began) then
      since = since + 1
      return vim.defer_fn(look, 100)
    end
    local words = code == 0 and 'the tests have passed' or ('the tests ended with exit code %d'):format(code)
    if not read then
      words = words .. '; no new profile has come'
    else
      if some(s.since_last_run) and s.since_last_run.at >= began then
        words = words .. ': ' .. s.since_last_run.text
      end
      if s.unmeasured > 0 then
        local packages = s.unmeasured == 1 and '1 package' or s.unmeasured .. ' packages'
        words = ('%s; %s with tests but no coverage: see the end of :Covls gaps'):format(words, packages)
      end
    end
    status.told(id)
    client.say(words, code == 0 and read and vim.log.levels.INFO or vim.log.levels.WARN, id)
  end
  look()
end

local function terminal(id, line, dir)
  local began = os.date(time_format)
  local from = vim.api.nvim_get_current_win()
  vim.cmd(('botright %dnew'):format(config.options.terminal))
  vim.bo.bufhidden = 'wipe'
  local how = {
    cwd = dir,
    on_exit = function(_, code)
      status.ends(id)
      tell(id, code, began)
    end,
  }
  status.begins(id)
  if compat.has('0.11') then
    how.term = true
    vim.fn.jobstart(line, how)
  else
    vim.fn.termopen(line, how)
  end
  vim.cmd('setlocal nonumber norelativenumber signcolumn=no')
  vim.cmd('normal! G') -- follows what is written
  if vim.api.nvim_win_is_valid(from) then
    vim.api.nvim_set_current_win(from)
  end
end

-- The files below a folder that were edited and not saved, which a run would not see.
local function unsaved(dir)
  local found = {}
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.api.nvim_buf_get_name(buf)
    if vim.bo[buf].modified and vim.bo[buf].buftype == '' and vim.startswith(name, dir .. '/') then
      table.insert(found, buf)
    end
  end
  return found
end

local function save(bufs)
  for _, buf in ipairs(bufs) do
    vim.api.nvim_buf_call(buf, function()
      vim.cmd('write')
    end)
  end
end

-- Asks covls what makes a profile, shows it, and runs it if the user says so. at names a document or a folder, nil the
-- current document.
function M.run(at)
  client.execute('covls.runCommand', at or client.document(), function(found, asked)
    if not found then
      return client.say('no command is known that runs these tests with coverage; set run.command in .covls.toml', vim.log.levels.WARN)
    end
    local line = some(found.own) and found.own or found.command
    local dir = vim.uri_to_fname(found.cwd)
    local choices = { { label = 'Run it', line = line }, { label = 'Do not' } }
    local prompt = ('Run in %s: %s'):format(vim.fn.strtrans(dir), vim.fn.strtrans(line))
    if some(found.lacks) then
      prompt = ('%s is missing. %s'):format(found.lacks, prompt)
      if some(found.install) then
        local both = found.install .. ' && ' .. line
        table.insert(choices, 2, { label = 'Install it before: ' .. vim.fn.strtrans(found.install), line = both })
      end
    end
    local edited = unsaved(dir)
    if #edited > 0 then
      local files = #edited == 1 and '1 file' or #edited .. ' files'
      prompt = ('%s (%s not saved)'):format(prompt, #edited == 1 and '1 file is' or files .. ' are')
      table.insert(choices, 1, { label = ('Save %s and run it'):format(files), line = line, save = true })
    end
    vim.ui.select(choices, {
      prompt = prompt,
      kind = 'covls.run',
      format_item = function(choice)
        return choice.label
      end,
    }, function(choice)
      if choice and choice.line then
        if choice.save then
          save(edited)
        end
        if some(found.own) then
          own_folder(dir)
        end
        terminal(asked.id, choice.line, dir)
      end
    end)
  end)
end

return M
