-- Tests of the plugin's modules that need no server. Returns what is wrong, a line each.
local problems = {}

local function equal(what, got, want)
  if not vim.deep_equal(got, want) then
    local function plain(value)
      return (vim.inspect(value):gsub('%s+', ' '))
    end
    table.insert(problems, ('%s: %s, want %s'):format(what, plain(got), plain(want)))
  end
end

-- {line, column, line, column, state}, from 0.
local function regions(list)
  return vim.tbl_map(function(r)
    return { range = { start = { line = r[1], character = r[2] }, ['end'] = { line = r[3], character = r[4] } }, state = r[5] }
  end, list)
end

local function lines_of(from, to)
  return { start = { line = from, character = 0 }, ['end'] = { line = to, character = 0 } }
end

local signs = require('covls.signs')
for _, case in ipairs({
  { 'a block with an empty line', { 'func f() {', '\ta()', '', '\tb()', '}' }, { regions = { { 0, 9, 4, 1, 'covered' } } },
    { 'covered', 'covered', [4] = 'covered', [5] = 'covered' } },
  { 'a condition and what it leads to', { 'if x {', '\ta()', '}' }, { regions = { { 0, 0, 0, 5, 'covered' }, { 0, 5, 2, 1, 'uncovered' } } },
    { 'covered', 'uncovered', 'uncovered' } },
  { 'both in a line', { 'if x { a() }' }, { regions = { { 0, 0, 0, 5, 'covered' }, { 0, 5, 0, 12, 'uncovered' } } }, { 'partly' } },
  { 'brackets of two states', { 'if x {', 'a()', '} else {', 'b()', '}' },
    { regions = { { 0, 0, 0, 5, 'covered' }, { 0, 5, 2, 1, 'covered' }, { 2, 7, 4, 1, 'uncovered' } } },
    { 'covered', 'covered', [4] = 'uncovered', [5] = 'uncovered' } },
  { 'a later one inside', { 'f(function()', '  a()', 'end)' }, { regions = { { 0, 0, 2, 4, 'covered' }, { 1, 2, 1, 5, 'uncovered' } } },
    { 'covered', 'uncovered', 'covered' } },
  { 'columns in UTF-16', { 's := "😀"; t()' }, { regions = { { 0, 0, 0, 9, 'covered' }, { 0, 11, 0, 14, 'uncovered' } } }, { 'partly' } },
  { 'a line that is a region', { '  a()' }, { regions = { { 0, 2, 0, 5, 'uncovered' } } }, { 'uncovered' } },
  { 'a decision', { 'a && b' }, { regions = { { 0, 0, 0, 6, 'covered' } }, branches = { { line = 0, ways = { { count = 3 }, { count = 0 } } } } },
    { 'partly' } },
  { 'a decision of which nobody counts the ways', { 'a && b' },
    { regions = { { 0, 0, 0, 6, 'covered' } }, branches = { { line = 0, ways = { { count = 3 }, { count = vim.NIL } } } } }, { 'covered' } },
  { 'a function that has changed', { 'f', '', 'g' }, { functions = { { range = lines_of(0, 2), stale = true, state = 'covered' } } },
    { 'stale', [3] = 'stale' } },
  { 'the same to be hidden', { 'f', '', 'g' },
    { stale_look = 'hide', functions = { { range = lines_of(0, 2), stale = true, state = 'new' } } }, {} },
  { 'the same to be kept', { 'f', 'g' }, { stale_look = 'keep', functions = { { range = lines_of(0, 1), stale = true, state = 'covered' } } }, {} },
  { 'a new function to be kept', { 'f' },
    { stale_look = 'keep', functions = { { range = lines_of(0, 0), stale = true, state = 'new' } } }, { 'stale' } },
  { 'excluded lines', { 'a', 'b', 'c' }, { regions = { { 0, 0, 2, 1, 'uncovered' } }, excluded = { { range = lines_of(1, 1) } } },
    { 'uncovered', [3] = 'uncovered' } },
  { 'a region behind the end', { 'a' }, { regions = { { 0, 0, 5, 1, 'covered' } } }, { 'covered' } },
}) do
  local coverage = vim.tbl_extend('force', { branches = {}, functions = {}, excluded = {}, stale_look = 'dim' }, case[3])
  coverage.regions = regions(case[3].regions or {})
  equal('signs of ' .. case[1], signs.states(case[2], coverage), case[4])
end

local status = require('covls.status')
local function told(with)
  return vim.tbl_extend('force', {
    state = 'ready', loading = false, summary = { percent = 61.25 }, changed = vim.NIL, unmeasured = 0, unknown_functions = 0,
    stale = false, hidden = false, profiles = { { trouble = vim.NIL, found = 1 } },
  }, with)
end
for _, case in ipairs({
  { {}, '61.25 %' },
  { { state = 'loading' }, 'reading coverage' },
  { { state = 'empty' }, 'no coverage profile' },
  { { state = 'broken' }, 'unreadable coverage profile' },
  { { summary = vim.NIL }, 'nothing to cover' },
  { { summary = { percent = vim.NIL }, unknown_functions = 3 }, 'nothing known' },
  { { changed = { text = 'changed 2/5, lost 3' }, stale = true }, '61.25 % · changed 2/5, lost 3 · code has changed' },
  { { changed = { text = '' } }, '61.25 %' },
  { { loading = true, stale = true }, '61.25 % · reading' },
  { { unmeasured = 1, stale = true }, '61.25 % · 1 package not measured' },
  { { unmeasured = 2 }, '61.25 % · 2 packages not measured' },
  { { profiles = { { trouble = 'cut', found = 1 }, { trouble = vim.NIL, found = 0 }, { trouble = vim.NIL, found = 2 } } },
    '61.25 % · 2 profiles not usable' },
  { { hidden = true }, '61.25 % · marks hidden' },
}) do
  equal('status ' .. vim.inspect(case[1]):gsub('%s+', ' '), status.words(told(case[1])), case[2])
end

local config = require('covls.config')
local kept = config.options
equal('what is the client\'s', config.take({ cmd = { 'x' }, signs = false, lens = false, hover = 'show' }), { cmd = { 'x' } })
equal('signs = false', { config.options.signs.enable, config.options.signs.covered, config.options.lens, config.options.hover },
  { false, '▏', false, 'show' })
config.take({ signs = { covered = '' } })
equal('one sign', { config.options.signs.enable, config.options.signs.covered, config.options.signs.stale }, { true, '', '┊' })
equal('a wrong type', (pcall(config.take, { lens = 'yes' })), false)
config.options = kept

local commands = require('covls.commands')
for _, case in ipairs({
  { '', 'Covls ', #commands.names() },
  { 'to', 'Covls to', { 'toggle' } },
  { '', 'silent Covls gaps ', { 'all', 'changed', 'file', 'lost' } },
  { '', 'Covls gaps file ', { 'all', 'changed', 'lost' } },
  { 'x', 'Covls nonsense x', {} },
  { '', 'Covls toggle ', {} },
}) do
  local got = commands.complete(case[1], case[2])
  equal('completion of ' .. case[2], type(case[3]) == 'number' and #got or got, case[3])
end

if vim.tbl_isempty(vim.lsp.commands) then -- no setup before
  require('covls.client').watch()
end
local run_here = {}
for name in pairs(commands.clicks) do
  run_here['covls.' .. name] = true
end
equal('commands of lenses and actions', vim.tbl_map(function()
  return true
end, vim.lsp.commands), run_here)

-- What :Covls run shows before it runs anything, by what covls.runCommand answers.
local client = require('covls.client')
local execute, select, say = client.execute, vim.ui.select, client.say
local folder = vim.fn.tempname()
vim.fn.mkdir(folder, 'p')
for _, case in ipairs({
  { { command = 'make cover', own = vim.NIL, lacks = vim.NIL, install = vim.NIL }, { 'Run in %s: make cover', 'Run it', 'Do not' } },
  { { command = 'a', own = 'b\27[31m\n', lacks = vim.NIL, install = vim.NIL }, { 'Run in %s: b^[[31m^@', 'Run it', 'Do not' } },
  { { command = 'npx jest', own = vim.NIL, lacks = 'jest', install = 'npm i jest' },
    { 'jest is missing. Run in %s: npx jest', 'Run it', 'Install it before: npm i jest', 'Do not' } },
  { { command = 'x', own = vim.NIL, lacks = 'x', install = vim.NIL }, { 'x is missing. Run in %s: x', 'Run it', 'Do not' } },
  { nil, { 'no command is known that runs these tests with coverage; set run.command in .covls.toml' } },
}) do
  local shown = {}
  client.execute = function(_, _, done)
    done(case[1] and vim.tbl_extend('force', case[1], { cwd = vim.uri_from_fname(folder) }))
  end
  client.say = function(text)
    shown = { text }
  end
  vim.ui.select = function(items, how, done)
    shown = { how.prompt }
    for _, item in ipairs(items) do
      table.insert(shown, how.format_item(item))
    end
    done(items[#items])
  end
  require('covls.run').run({})
  case[2][1] = case[2][1]:gsub('%%s', folder)
  equal('what is shown before a run', shown, case[2])
end
client.execute, vim.ui.select, client.say = execute, select, say
equal('what is left where nothing runs', vim.fn.isdirectory(folder .. '/.covls'), 0)

-- Tags of the help are those that its text makes.
local root = vim.fn.fnamemodify(vim.api.nvim_get_runtime_file('doc/covls.txt', false)[1], ':h:h')
local copy = vim.fn.tempname()
vim.fn.mkdir(copy, 'p')
vim.fn.writefile(vim.fn.readfile(root .. '/doc/covls.txt'), copy .. '/covls.txt')
vim.cmd('helptags ' .. copy)
equal('doc/tags, which :helptags makes', vim.fn.readfile(root .. '/doc/tags'), vim.fn.readfile(copy .. '/tags'))

-- A start without setup defines :Covls, and loads nothing.
local loaded = [[vim.tbl_filter(function(name) return vim.startswith(name, 'covls') end, vim.tbl_keys(package.loaded))]]
local said = vim.fn.system({
  vim.v.progpath, '--headless', '-u', 'NONE', '-i', 'NONE', '-n', '--cmd', 'set rtp^=' .. root, '-c', 'runtime plugin/covls.lua',
  '-c', 'lua io.stdout:write(vim.fn.exists(":Covls") .. " " .. #' .. loaded .. ')', '-c', 'qall!',
})
equal('what a start loads', said, '2 0')

local compat = require('covls.compat')
for _, case in ipairs({ { 'abc', 0, 0 }, { 'abc', 2, 2 }, { 'aéc', 2, 3 }, { '😀b', 2, 4 }, { 'abc', 9, 3 }, { '', 4, 0 } }) do
  equal(('byte %d of %s'):format(case[2], case[1]), compat.byte(case[1], case[2]), case[3])
end

local rows, marks, files = require('covls.list').table_of({
  components = { {
    name = '', summary = { percent = 50, covered = 3, total = 6, target = 60, next_step = true },
    tiers = { { tier = 'medium', files = {
      { uri = 'file:///a', path = 'a.go', tier = 'medium', stale = true, summary = { percent = 50, covered = 3, total = 6, target = 60 } },
      { uri = 'file:///b', path = 'b/é.go', tier = 'ok', stale = false, summary = { percent = vim.NIL, covered = 0, total = 0, target = vim.NIL } },
    } } },
  } },
  unmeasured = { { message = 'c has tests and is in no profile' } }, left = vim.NIL,
})
equal('the summary', rows, {
  'file      covered             of  tier', 'a.go         50 %            3/6  medium, changed since', 'b/é.go          -            0/0  ok',
  'all          50 %            3/6  target 60 %, the next step', 'c has tests and is in no profile',
})
equal('its colours', #marks, 3)
equal('its files', { files[2].path, files[3].path }, { 'a.go', 'b/é.go' })

return problems
