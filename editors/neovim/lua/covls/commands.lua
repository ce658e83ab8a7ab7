-- :Covls and what it is made of.
local client = require('covls.client')
local compat = require('covls.compat')
local window = require('covls.window')

local M = {}
local some = compat.some

-- Goes where a command says. The server shows the place; where there is none, otherwise says so.
local function jump(command, at, otherwise)
  client.execute(command, at, function(place)
    if not place then
      otherwise()
    end
  end)
end

-- Goes where a command says; none is said where there is no such place.
function M.jump(command, at, none)
  jump(command, at, function()
    client.say(require('covls.status').none(none))
  end)
end

-- Says that there is no gap in this file, or that nobody knows.
function M.none_here()
  client.ask('covls/coverage', client.document(), function(coverage)
    client.say(require('covls.status').none(not coverage and 'no profile names this file' or 'no gap in this file'))
  end)
end

local function jumps(command, none)
  return function()
    window.to_file()
    M.jump(command, client.here(), none)
  end
end

local has = vim.tbl_contains

local function explain(at)
  client.execute('covls.explain', at or client.document(), function(text)
    if not text then
      return client.say('no profile names this file')
    end
    window.document('explain', text)
  end)
end

local function report(argument)
  client.execute('covls.showReport', argument, function(answer)
    window.document('report', answer.content)
  end)
end

local function map(fix)
  local argument = vim.tbl_extend('force', fix, { confirmed = true })
  argument.title = nil
  client.execute('covls.addPathMapping', argument, function()
    client.say('the mapping is in .covls.toml')
  end)
end

local function doctor(args)
  client.execute('covls.doctor', nil, function(answer)
    local text, fixes = answer, {}
    if type(answer) == 'table' then
      text, fixes = answer.content, answer.fixes
    end
    if args[1] ~= 'fix' then
      if #fixes > 0 then
        text = text .. ('\n\n`:Covls doctor fix` offers %d path mapping%s.'):format(#fixes, #fixes == 1 and '' or 's')
      end
      return window.document('doctor', text)
    elseif #fixes == 0 then
      return client.say('the doctor has no mapping to offer')
    end
    vim.ui.select(fixes, {
      prompt = 'Write to .covls.toml:',
      kind = 'covls.fix',
      format_item = function(fix)
        return fix.title
      end,
    }, function(fix)
      if fix then
        map(fix)
      end
    end)
  end)
end

local tiers = { 'critical', 'high', 'medium', 'lower' }

local function add_rule(rule)
  client.execute('covls.addRule', { uri = vim.uri_from_bufnr(0), rule = rule, confirmed = true }, function(place)
    if place then
      local line = place.range.start.line + 1
      client.say(('the rule is in %s, line %d'):format(vim.fn.fnamemodify(vim.uri_to_fname(place.uri), ':~:.'), line))
    end
  end)
end

-- :Covls rule at_least=high target=90 why=it moves money
local function rule(args)
  if #args == 0 then
    return vim.ui.select(tiers, { prompt = 'Tier of this file, as a rule in .covls.toml:', kind = 'covls.rule' }, function(tier)
      if tier then
        add_rule({ tier = tier })
      end
    end)
  end
  local out = {}
  for i, word in ipairs(args) do
    local key, value = word:match('^([%w_]+)=(.*)$')
    if key == 'why' then
      out.why = table.concat(vim.list_extend({ value }, vim.list_slice(args, i + 1)), ' ')
      break
    elseif key == 'target' or key == 'weight' then
      out[key] = tonumber(value)
      if not out[key] then
        return client.say(('%s wants a number, not %q'):format(key, value), vim.log.levels.ERROR)
      end
    elseif key then
      out[key] = value
    elseif word == 'exclude' then
      out.exclude = true
    elseif has(tiers, word) then
      out.tier = word
    else
      return client.say(('a rule has no %q; see :help covls-rule'):format(word), vim.log.levels.ERROR)
    end
  end
  add_rule(out)
end

local function set_base(name)
  client.execute('covls.setBase', { base = name }, function(answer)
    client.say(answer.base == '' and 'changes are compared as the settings say' or 'changes are compared with ' .. answer.base)
  end)
end

local function base(args)
  if args[1] then
    return set_base(args[1] == 'default' and '' or args[1])
  end
  client.execute('covls.pickBase', nil, function(answer)
    local choices = { 'default' }
    vim.list_extend(choices, answer.branches or {})
    vim.list_extend(choices, answer.tags or {})
    local prompt = answer.base ~= '' and ('Compare changes with (now %s):'):format(answer.base) or 'Compare changes with:'
    vim.ui.select(choices, { prompt = prompt, kind = 'covls.base' }, function(name)
      if name then
        set_base(name == 'default' and '' or name)
      end
    end)
  end)
end

-- Shows covls's own hover, where another server's has the key.
local function hover()
  client.ask('textDocument/hover', client.here(), function(answer)
    if not answer or not answer.contents then
      return client.say('nothing to say of this place')
    end
    local lines = vim.lsp.util.convert_input_to_markdown_lines(answer.contents)
    vim.lsp.util.open_floating_preview(lines, 'markdown', { focus_id = 'covls.hover' })
  end)
end

-- Reads other profiles for the rest of the session.
local function load(args)
  local c = client.running()
  if not c then
    return
  end
  for _, path in ipairs(args) do
    if #vim.fn.glob(path, true, true) == 0 then
      return client.say(('there is no file %s, so nothing else is read'):format(path), vim.log.levels.ERROR)
    end
  end
  local settings = vim.deepcopy(c.config.settings or {})
  settings.covls = vim.tbl_extend('force', vim.empty_dict(), settings.covls or {})
  settings.covls.profiles = #args > 0 and vim.tbl_map(function(path)
    return vim.fn.fnamemodify(path, ':p')
  end, args) or nil
  c.config.settings = settings
  if c.settings then
    c.settings = settings
  end
  compat.tell(c, 'workspace/didChangeConfiguration', { settings = settings })
end

local function reload()
  client.execute('covls.reload', nil, function(answer)
    client.say(('read %d profile%s'):format(answer.profiles, answer.profiles == 1 and '' or 's'))
  end)
end

local function switch(args)
  local on
  if args[1] then
    on = args[1] == 'on'
  end
  client.say(require('covls.signs').enable(on) and 'signs are shown' or 'signs are hidden')
end

local function step(command, direction)
  return function(args)
    window.to_file()
    if args[1] then
      return require('covls.signs').jump(direction, args[1])
    end
    jump(command, client.here(), M.none_here)
  end
end

local states = { 'covered', 'partly', 'stale', 'uncovered' }
local scopes = { 'all', 'changed', 'file', 'lost' }

-- Does something from a window with a file in it, which lists and reports are not.
local function of_file(f)
  return function(args)
    window.to_file()
    return f(args)
  end
end

-- Each with what it does, the words of which one may follow, and how it is done. Where any is set, the words are not all,
-- and several may follow.
local commands = {
  next = { 'go to the next gap of this file, or to the next lines of a state', states, step('covls.nextGap', 'next') },
  prev = { 'go to the previous gap of this file, or to the previous lines of a state', states, step('covls.previousGap', 'previous') },
  urgent = { 'go to the most urgent gap', {}, function()
    window.to_file()
    M.jump('covls.mostUrgentGap', nil)
  end },
  onward = { 'go on to the next gap by urgency', {}, jumps('covls.nextGapInWorkspace') },
  changed = { 'go to the next gap of what changed', { 'prev' }, function(args)
    jumps(args[1] == 'prev' and 'covls.previousChangedGap' or 'covls.nextChangedGap', require('covls.status').unchanged())()
  end },
  unseen = { 'go to the next function that is new or changed since the tests ran', {},
    jumps('covls.nextUnseen', 'no function is new or changed since the tests ran') },
  gaps = { 'list the gaps in the quickfix window', scopes, of_file(function(args)
    require('covls.list').quickfix(args[1] or 'all')
  end) },
  pick = { 'pick a gap', scopes, of_file(function(args)
    require('covls.list').pick(args[1] or 'all')
  end) },
  summary = { 'show all files with their figures', {}, function()
    require('covls.list').summary()
  end },
  report = { 'show the report', {}, function()
    report()
  end },
  doctor = { 'say why something is shown or not', { 'fix' }, doctor },
  explain = { 'say why this file has its tier', {}, of_file(function()
    explain()
  end) },
  hover = { 'say what is known of the place under the cursor', {}, of_file(hover) },
  run = { 'run the tests with coverage', {}, of_file(function()
    require('covls.run').run()
  end) },
  since = { 'list what the last runs covered and lost', {}, function()
    require('covls.list').runs()
  end },
  test = { 'create a test for the function under the cursor', {}, of_file(function()
    client.execute('covls.createTest', client.here(), function() end)
  end) },
  tests = { 'go to the tests of the function under the cursor', {}, of_file(function()
    M.tests(client.here())
  end) },
  toggle = { 'hide all marks, or show them again', {}, function()
    client.execute('covls.toggle', nil, function(answer)
      client.say(answer.hidden and 'marks are hidden' or 'marks are shown')
    end)
  end },
  signs = { 'show signs, or hide them', { 'off', 'on' }, switch },
  reload = { 'read settings and profiles again', {}, reload },
  load = { 'read these profiles for the rest of the session, or the usual ones', 'file', load, any = true },
  init = { 'write a .covls.toml', {}, of_file(function()
    client.execute('covls.createConfiguration', { uri = vim.uri_from_bufnr(0), confirmed = true }, function(place)
      vim.cmd('edit ' .. vim.fn.fnameescape(vim.uri_to_fname(place.uri)))
    end)
  end) },
  rule = { 'write a rule for this file to .covls.toml',
    { 'at_least=', 'at_most=', 'critical', 'exclude', 'group=', 'high', 'lower', 'medium', 'target=', 'weight=', 'why=' },
    of_file(rule), any = true },
  base = { 'choose what changes are compared with', {}, base, any = true },
  restart = { 'end the server and start it again', {}, function()
    client.restart()
  end },
}

function M.tests(at)
  client.execute('covls.goToTests', at, function(places)
    if not places or #places == 0 then
      client.say('no test mentions this function')
    end
  end)
end

function M.names()
  local out = vim.tbl_keys(commands)
  table.sort(out)
  return out
end

-- What each command does, a line each.
local function about()
  return table.concat(vim.tbl_map(function(name)
    return ('  %-9s%s'):format(name, commands[name][1])
  end, M.names()), '\n')
end

function M.run(args)
  local command, words = commands[args[1]], vim.list_slice(args, 2)
  if not command then
    if not args[1] then
      return client.say(':Covls takes one of\n' .. about())
    end
    return client.say(('no command %q; there are %s'):format(args[1], table.concat(M.names(), ', ')), vim.log.levels.ERROR)
  end
  if not command.any and (#words > 1 or words[1] and not has(command[2], words[1])) then
    local may = #command[2] == 0 and 'no word' or (#command[2] > 1 and 'one of ' or '') .. table.concat(command[2], ', ')
    return client.say(('%s takes %s, not %q'):format(args[1], may, table.concat(words, ' ')), vim.log.levels.ERROR)
  end
  command[3](words)
end

function M.complete(lead, line)
  local words = vim.split(line, '%s+', { trimempty = true })
  while #words > 0 and not words[1]:find('^Covls$') do -- :silent Covls
    table.remove(words, 1)
  end
  if lead ~= '' then
    table.remove(words)
  end
  local choices = M.names()
  if #words > 1 then
    local command = commands[words[2]]
    choices = command and command[2] or {}
  end
  if choices == 'file' then
    return vim.fn.getcompletion(lead, 'file')
  end
  return vim.tbl_filter(function(choice)
    return vim.startswith(choice, lead) and not has(words, choice)
  end, choices)
end

-- What lenses and actions run here, with their argument. It may be others': nothing in it is confirmed.
M.clicks = {
  explain = explain,
  showReport = report,
  doctor = function()
    doctor({})
  end,
  runTests = function(argument)
    require('covls.run').run(argument)
  end,
  goToTests = M.tests,
  addPathMapping = function(argument)
    client.execute('covls.addPathMapping', argument, function() end)
  end,
}
for _, name in ipairs({
  'nextGap', 'previousGap', 'nextGapInWorkspace', 'mostUrgentGap', 'nextUnseen', 'nextChangedGap', 'previousChangedGap',
}) do
  M.clicks[name] = function(argument)
    window.to_file()
    M.jump('covls.' .. name, argument)
  end
end

-- Runs the command of a lens or an action.
function M.clicked(command)
  local argument = command.arguments and command.arguments[1]
  M.clicks[command.command:gsub('^covls%.', '')](some(argument) and argument or nil)
end

return M
