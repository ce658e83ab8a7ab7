-- Drives Neovim, when it has started, and leaves what it saw in COVLS_E2E_RESULT: lists of lines, by the names of steps.
local env = vim.env
local seen, notes = {}, {}
local patience = 100000

-- There is no message line to look at.
vim.notify = function(message)
  table.insert(notes, message)
end

local function wait(what, condition)
  if not vim.wait(patience, condition, 5) then
    error('waited in vain for ' .. what .. '; notes: ' .. vim.inspect(notes), 2)
  end
end

-- The marks of covls, as Mark writes them.
local function marks()
  local out = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    if d.source == 'covls' then
      table.insert(out, { d.lnum + 1, d.message })
    end
  end
  table.sort(out, function(a, b)
    return a[1] < b[1]
  end)
  return vim.tbl_map(function(m)
    return m[1] .. ' ' .. m[2]
  end, out)
end

local function marked(step, condition)
  wait('marks: ' .. step, function()
    local got = marks()
    return #got > 0 and condition(got[1])
  end)
  seen[step] = marks()
end

local function lines(text, as)
  local out = {}
  for line in (text .. '\n'):gmatch('(.-)\n') do
    table.insert(out, as and as(line) or line)
  end
  return out
end

-- Lines of the floating windows, which are closed.
local function floats()
  local out = {}
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      vim.list_extend(out, vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false))
      vim.api.nvim_win_close(window, true)
    end
  end
  return out
end

-- Asks for a hover until one with a text is there, and shows no other before. An answer is waited for: one that comes while
-- another is shown takes the cursor into its window.
local function hover(run, part, other)
  local out, window = {}, vim.api.nvim_get_current_win()
  wait('a hover with ' .. part, function()
    run()
    vim.wait(2000, function()
      out = floats()
      return #out > 0
    end, 5)
    local text = table.concat(out, '\n')
    assert(not other or not text:find(other, 1, true), 'a hover with ' .. (other or ''))
    return text:find(part, 1, true) ~= nil
  end)
  vim.api.nvim_set_current_win(window)
  return out
end

local function attached()
  local names = {}
  for _, client in pairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.attached_buffers[vim.api.nvim_get_current_buf()] then
      names[client.name] = true
    end
  end
  return names
end

-- Chooses an item that has a text, and keeps all that were offered.
local function choosing(part)
  local offered
  vim.ui.select = function(items, how, done)
    offered = { how.prompt or '' }
    local chosen
    for _, item in ipairs(items) do
      local text = how.format_item and how.format_item(item) or tostring(item)
      table.insert(offered, text)
      if text:find(part, 1, true) then
        chosen = item
      end
    end
    done(chosen)
  end
  return function()
    wait('a choice', function()
      return offered
    end)
    return offered
  end
end

local function ends(text)
  return vim.fn.fnamemodify(text, ':t')
end

local steps = {}

function steps.tour()
  vim.cmd('edit bash_completions.go')
  marked('marks', function()
    return true
  end)
  wait('gopls', function()
    return attached().gopls
  end)
  vim.api.nvim_win_set_cursor(0, { 701, 20 })
  -- Before 0.11 one server's hover takes the other's place: covls leaves it to gopls.
  local both = vim.fn.has('nvim-0.11') == 1
  seen.hover = hover(vim.lsp.buf.hover, 'func (c *Command)', not both and 'Not tested' or nil)
  assert(not vim.tbl_contains(notes, 'No information available'), 'covls says that there is no hover')
  if both then
    assert(table.concat(seen.hover, '\n'):find('Not tested', 1, true), 'a hover of gopls alone')
  end
  if not table.concat(seen.hover, '\n'):find('Not tested', 1, true) then
    vim.list_extend(seen.hover, hover(function()
      vim.cmd('Covls hover')
    end, 'Not tested'))
  end
  local offered = choosing('out of coverage')
  vim.lsp.buf.code_action()
  seen.action = offered()
  wait('the action', function()
    return vim.fn.search('^//coverage:ignore\\|^//covls:ignore', 'nw') > 0
  end)
  seen.acted = vim.api.nvim_buf_get_lines(0, 697, 704, false)
  vim.cmd('silent undo')

  vim.api.nvim_win_set_cursor(0, { 480, 0 })
  marked('undone', function(m)
    return m:find('^701 ')
  end)
  seen.undone = nil
  vim.cmd('normal ]u')
  wait('the jump', function()
    return vim.api.nvim_win_get_cursor(0)[1] ~= 480
  end)
  seen.jump = { ends(vim.api.nvim_buf_get_name(0)) .. ':' .. vim.api.nvim_win_get_cursor(0)[1] }

  assert(vim.loop.fs_rename(env.COVLS_E2E_NEXT, 'cover.out'))
  marked('replaced', function(m)
    return not m:find('GenBashCompletionFile', 1, true)
  end)
  local line = tonumber(seen.replaced[1]:match('^%d+'))
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '// one', '// two', '// three' })
  marked('moved', function(m)
    return m:find('^' .. line + 3 .. ' ')
  end)
  local inside = tonumber(env.COVLS_E2E_INSIDE) + 3
  vim.api.nvim_buf_set_lines(0, inside, inside, false, { '\t_ = 1' })
  marked('stale', function(m)
    return m:find('stale', 1, true)
  end)
end

-- The server without the plugin.
function steps.plain()
  vim.cmd('edit bash_completions.go')
  marked('marks', function()
    return true
  end)
  assert(vim.fn.exists(':Covls') == 0, 'the plugin is there')
end

function steps.again()
  vim.cmd('edit bash_completions.go')
  marked('restarted', function()
    return true
  end)
end

-- Each line of the file with the state that its sign has.
local function signs()
  local groups = { CovlsCovered = 'covered', CovlsPartly = 'partly', CovlsUncovered = 'uncovered', CovlsStale = 'stale' }
  local of, out = {}, {}
  local ns = vim.api.nvim_get_namespaces()['covls.signs']
  for _, m in ipairs(vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })) do
    -- 0.7 does not tell what a mark looks like.
    of[m[2] + 1] = m[4].sign_hl_group and groups[m[4].sign_hl_group] or require('covls').lines(0)[m[2] + 1]
  end
  for i, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    table.insert(out, (('%-10s%s'):format(of[i] or '', line):gsub('%s+$', '')))
  end
  return out
end

-- Texts of lenses, by the line that they stand at: behind it, or above it from 0.12 on.
local function lenses()
  local out = {}
  for name, ns in pairs(vim.api.nvim_get_namespaces()) do
    if name:find('lsp[._]codelens') or name:find('covls.lens', 1, true) then
      for _, m in ipairs(vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })) do
        local text = ''
        for _, chunk in ipairs(m[4].virt_text or (m[4].virt_lines or { {} })[1]) do
          text = text .. chunk[1]
        end
        table.insert(out, ('%3d %s'):format(m[2] + 1, vim.trim(text)))
      end
    end
  end
  table.sort(out)
  return out
end

local function show(name, got)
  local home = vim.fn.getcwd()
  seen[name] = vim.tbl_map(function(line)
    line = line:gsub(vim.pesc(vim.uri_from_fname(home)), 'file://shop'):gsub(vim.pesc(home), 'shop')
    line = line:gsub('%d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d', '…')
    return (line:gsub('written %d+ seconds? ago', 'written … ago'):gsub('since %d%d:%d%d', 'since …'):gsub('%s+$', ''))
  end, got)
end

local function resolved(texts)
  return #texts > 0 and not table.concat(texts):find('Unresolved', 1, true)
end

local function scratch(name, command)
  vim.cmd(command)
  wait(name, function()
    return vim.bo.buftype == 'nofile'
  end)
  show(name, vim.api.nvim_buf_get_lines(0, 0, -1, false))
  vim.cmd('close')
end

local function list(name, command)
  vim.fn.setqflist({}, 'r', { items = {} })
  vim.cmd(command)
  wait(name, function()
    return #vim.fn.getqflist() > 0
  end)
  local out = { vim.fn.getqflist({ title = 1 }).title }
  for _, e in ipairs(vim.fn.getqflist()) do
    local at = e.bufnr > 0 and ('%s:%d:%d: '):format(ends(vim.api.nvim_buf_get_name(e.bufnr)), e.lnum, e.col) or ''
    table.insert(out, at .. e.text)
  end
  show(name, out)
  vim.cmd('cclose')
end

local function said(name, command)
  local n = #notes
  if type(command) == 'string' then
    vim.cmd(command)
  else
    command()
  end
  wait(name, function()
    return #notes > n
  end)
  show(name, { notes[#notes] })
end

local function jumped(name, command, line, column)
  vim.api.nvim_win_set_cursor(0, { line, column or 0 })
  local function here()
    local at = vim.api.nvim_win_get_cursor(0)
    return ('%s:%d:%d'):format(ends(vim.api.nvim_buf_get_name(0)), at[1], at[2] + 1)
  end
  local from = here()
  vim.cmd(command)
  wait(name, function()
    return here() ~= from
  end)
  show(name, { here() })
end

local function chosen(name, command, part)
  local offered = choosing(part)
  vim.cmd(command)
  show(name, offered())
end

local function statusline(name, part)
  wait(name .. ' to end in ' .. part, function()
    return vim.endswith(require('covls').statusline(), part)
  end)
  show(name, { require('covls').statusline() })
end

local function drawn(name, line, state)
  wait(name, function()
    return require('covls').lines(0)[line] == state
  end)
  show(name, signs())
end

-- Each command of the plugin, once at least.
function steps.commands()
  seen.units = dofile(env.COVLS_E2E_UNITS)
  local statuses = 0
  vim.api.nvim_create_autocmd('User', {
    pattern = 'CovlsStatus',
    callback = function()
      statuses = statuses + 1
    end,
  })
  vim.cmd('edit shop.go')
  local file = vim.api.nvim_get_current_buf()
  drawn('signs', 4, 'covered')
  wait('lenses', function()
    return resolved(lenses())
  end)
  show('lenses', lenses())
  statusline('status line', 'cov 50 %%')
  assert(statuses > 0, 'no User CovlsStatus')
  assert(require('covls').status().state == 'ready')

  jumped('next', 'Covls next', 1)
  jumped('prev', 'Covls prev', 23)
  jumped('next partly', 'Covls next uncovered', 1)
  jumped('prev covered', 'Covls prev covered', 11)
  jumped('urgent', 'Covls urgent', 1)
  jumped('onward', 'Covls onward', 1)
  jumped('plug next', [[execute "normal \<Plug>(covls-next)"]], 1)
  wait('the look at what changed', function()
    local s = require('covls.status').current()
    return s and s.changed and s.changed ~= vim.NIL
  end)
  said('changed', 'Covls changed')
  said('unseen', 'Covls unseen')
  list('gaps', 'Covls gaps')
  list('gaps file', 'Covls gaps file')
  said('gaps changed', 'Covls gaps changed')
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  chosen('actions', 'lua vim.lsp.buf.code_action()', 'xplain')
  wait('what an action shows', function()
    return vim.bo.buftype == 'nofile'
  end)
  vim.cmd('close')
  chosen('pick', 'Covls pick file', 'Uncovered')
  wait('the jump of pick', function()
    return vim.api.nvim_win_get_cursor(0)[1] == 20
  end)
  scratch('summary', 'Covls summary')
  scratch('report', 'Covls report')
  scratch('explain', 'Covls explain')
  scratch('doctor', 'Covls doctor')
  said('doctor fix', 'Covls doctor fix')
  show('hover', hover(function()
    vim.cmd('Covls hover')
  end, 'Not tested'))
  said('toggle', 'Covls toggle')
  wait('no signs', function()
    return next(require('covls').lines(0)) == nil and #marks() == 0
  end)
  said('toggle again', 'Covls toggle')
  drawn('signs after toggle', 4, 'covered')
  assert(vim.deep_equal(seen['signs after toggle'], seen.signs), 'other signs after toggle')
  seen['signs after toggle'] = nil
  said('signs off', 'Covls signs off')
  wait('no signs', function()
    return #vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_get_namespaces()['covls.signs'], 0, -1, {}) == 0
  end)
  said('signs on', 'Covls signs')
  said('reload', 'Covls reload')
  said('since', 'Covls since')
  said('no command', 'Covls nonsense')
  for _, wrong in ipairs({ '', ' signs maybe', ' gaps everything', ' gaps file all', ' next tested', ' changed next', ' urgent now' }) do
    said('wrong words' .. wrong, 'Covls' .. wrong)
  end
  vim.cmd('edit shop_test.go')
  wait('the client of the test file', function()
    return attached().covls
  end)
  said('gaps of a file without a profile', 'Covls gaps file')
  said('next in a file without a profile', 'Covls next')
  vim.api.nvim_set_current_buf(file)
  said('base', function()
    chosen('bases', 'Covls base', 'main')
  end)
  said('base default', 'Covls base default')
  chosen('rule', 'Covls rule', 'no tier')
  said('rule wrong', 'Covls rule tallest')
  said('rule by words', 'Covls rule at_least=high why=it moves money')
  show('.covls.toml', vim.fn.readfile('.covls.toml'))
  said('init', 'Covls init')
  vim.fn.delete('.covls.toml')
  vim.cmd('Covls init')
  wait('a new .covls.toml', function()
    return ends(vim.api.nvim_buf_get_name(0)) == '.covls.toml'
  end)
  vim.cmd('bwipeout!')
  vim.fn.delete('.covls.toml')
  vim.api.nvim_set_current_buf(file)
  jumped('tests', 'Covls tests', 4, 6)
  vim.api.nvim_set_current_buf(file)
  jumped('test', 'Covls test', 20, 6)
  show('the new test', vim.api.nvim_buf_get_lines(0, 0, -1, false))
  vim.cmd('edit!')
  vim.api.nvim_set_current_buf(file)
  for _, line in ipairs({ 'Covls ', 'Covls gaps ', 'Covls r', 'Covls rule at', 'Covls load shop_' }) do
    show('complete ' .. vim.trim(line), { table.concat(vim.fn.getcompletion(line, 'cmdline'), ' ') })
  end
  said('load what is not there', 'Covls load nosuch.info')
  statusline('status line after that', 'cov 50 %%')
  vim.fn.writefile(vim.tbl_map(function(line)
    return (line:gsub(' 0$', ' 1'))
  end, vim.fn.readfile('cover.out')), 'other.profile')
  vim.cmd('Covls load other.profile')
  statusline('status line of another profile', 'cov 100 %%')
  vim.fn.delete('other.profile')
  vim.cmd('Covls load')
  statusline('status line again', 'cov 50 %%')
  wait('what is known of changes', function()
    local s = require('covls.status').of(require('covls.client').of(0).id)
    return s and type(s.changed) == 'table' and type(s.changed.why) == 'string'
  end)
  vim.cmd('checkhealth covls')
  local health = {}
  for _, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    line = line:gsub('^##? ', ''):gsub(' ~$', ''):gsub('^%s*%- ', ''):gsub('^INFO:? ', ''):gsub('^(%u+): ', '%1 ')
    line = line:gsub('^✅ ', ''):gsub('Neovim %d+%.%d+%.%d+', 'Neovim …'):gsub('^OK /.* is covls', 'OK … is covls'):gsub('is covls .*', 'is covls …')
    if line:find('%S') and not line:find('^covls: require') and not line:find('^covls: +✅') and not line:find('^Running') and not line:find('^=') then
      table.insert(health, line)
    end
  end
  show('checkhealth', health)
  vim.cmd('bwipeout')
  vim.cmd('help covls')
  show('help', { vim.fn.bufname():match('doc/.*'), (vim.fn.getline('.')) })
  vim.cmd('bwipeout')
  vim.cmd('messages clear')
  vim.api.nvim_set_current_buf(file)
  wait('marks', function()
    return #marks() > 0
  end)
  vim.cmd('silent saveas copy.go')
  wait('no marks, signs and lenses of the file before', function()
    return #marks() == 0 and next(require('covls').lines(0)) == nil and #lenses() == 0
  end)
  said('saved as another file', 'Covls gaps file')
end

-- A function that is typed, saved, run, and tested.
function steps.states()
  vim.cmd('edit shop.go')
  local file = vim.api.nvim_get_current_buf()
  drawn('before', 4, 'covered')
  vim.fn.append(23, { '', 'func New(n int) int {', '\tn++', '\treturn n', '}' })
  drawn('typed', 25, 'stale')
  vim.cmd('silent write')
  statusline('saved', 'code has changed')
  local function run(name)
    local n = #notes
    chosen(name .. ' asked', 'Covls run', 'Run it')
    statusline(name .. ' running', 'running tests')
    wait(name, function()
      return #notes > n
    end)
    show(name .. ' said', { notes[#notes] })
  end
  run('run')
  drawn('run', 25, 'uncovered')
  seen['run marks'] = marks()
  local test = vim.fn.readfile('shop_test.go')
  vim.list_extend(test, { '', 'func TestNew(t *testing.T) {', '\tif New(1) != 2 {', '\t\tt.Error("wrong")', '\t}', '}' })
  vim.fn.writefile(test, 'shop_test.go')
  run('tested')
  drawn('tested', 25, 'covered')
  seen['tested marks'] = marks()
  list('since', 'Covls since')
  local ns = vim.api.nvim_get_namespaces()['covls.signs']
  local function sign(line)
    local m = vim.api.nvim_buf_get_extmarks(file, ns, { line - 1, 0 }, { line - 1, 0 }, { details = true })[1]
    return m and m[4].sign_text
  end
  vim.cmd(vim.fn.bufwinnr(file) .. 'wincmd w')
  vim.cmd('Covls base main')
  if vim.fn.has('nvim-0.10') == 1 then -- tells what a mark looks like
    wait('the sign of a line that is new', function()
      return sign(26) == '▏+'
    end)
    assert(sign(4) == '▏ ', 'another sign at a line that is not new: ' .. sign(4))
  end
end

-- Files of no project, of two projects, and no program.
function steps.projects()
  local clients = function()
    return #vim.tbl_filter(function(c)
      return c.name == 'covls'
    end, vim.tbl_values((vim.lsp.get_clients or vim.lsp.get_active_clients)()))
  end
  local home = vim.fn.getcwd()
  local stray, other = vim.fn.fnamemodify(home, ':h') .. '/stray', vim.fn.fnamemodify(home, ':h') .. '/other'
  vim.fn.mkdir(stray, 'p')
  vim.fn.mkdir(other, 'p')
  vim.fn.writefile({ 'package stray' }, stray .. '/stray.go')
  for _, name in ipairs({ 'go.mod', 'shop.go', 'cover.out' }) do
    local text = vim.fn.readfile(name)
    vim.fn.writefile(name ~= 'cover.out' and text or vim.tbl_map(function(line)
      return (line:gsub(' 0$', ' 1'))
    end, text), other .. '/' .. name)
  end
  local cmd = (vim.lsp.config and vim.lsp.config.covls or { cmd = { 'covls', 'serve' } }).cmd
  require('covls').setup({ cmd = { 'nosuch-covls', 'serve' } })
  said('no program', 'edit shop.go')
  local n = #notes
  vim.cmd('edit shop_test.go')
  vim.wait(100)
  assert(#notes == n and clients() == 0, 'that there is no program is said twice')
  vim.cmd('bwipeout shop.go shop_test.go')
  require('covls').setup({ cmd = cmd })
  vim.cmd('edit ' .. stray .. '/stray.go')
  said('stray', 'Covls gaps')
  assert(clients() == 0, 'a client for a stray file')
  vim.cmd('Covls restart')
  wait('a client that was asked for', function()
    return attached().covls
  end)
  statusline('stray status', 'no coverage profile')
  vim.cmd('edit ' .. home .. '/shop.go')
  statusline('status of one project', 'cov 50 %%')
  vim.cmd('edit ' .. other .. '/shop.go')
  statusline('status of the other', 'cov 100 %%')
  vim.cmd('edit ' .. home .. '/notes.txt')
  statusline('status in a folder', 'cov 50 %%')
  vim.cmd('edit ' .. vim.fn.fnamemodify(home, ':h') .. '/notes.txt')
  assert(require('covls').statusline() == '', 'a status of some project: ' .. require('covls').statusline())
  said('of no project', 'Covls gaps')
end

-- An end and a start of the server, and what Neovim 0.7 has trouble with.
function steps.restart()
  vim.cmd('edit shop.go')
  drawn('before', 4, 'covered')
  wait('lenses', function()
    return resolved(lenses())
  end)
  local before_lenses = lenses()
  local hints = { init_options = { hints = { enable = true } } }
  require('covls').setup(hints) -- twice: nothing doubles
  local function autocommands()
    return #vim.api.nvim_get_autocmds({ group = 'covls' })
  end
  local before = autocommands()
  require('covls').setup(hints)
  assert(autocommands() == before, 'autocommands double')
  local old = require('covls.client').of(0).id
  vim.cmd('Covls restart')
  wait('another client', function()
    local c = require('covls.client').of(0)
    return c and c.id ~= old and c.attached_buffers[vim.api.nvim_get_current_buf()] and next(require('covls').lines(0)) and #marks() > 0
  end)
  if vim.lsp.inlay_hint then
    vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
    wait('a hint at Partly', function()
      return vim.tbl_contains(vim.tbl_map(function(h)
        return h.inlay_hint.position.line + 1 .. h.inlay_hint.label
      end, vim.lsp.inlay_hint.get({ bufnr = 0 })), '93/5')
    end)
  end
  vim.cmd('edit')
  wait('signs and marks after :edit', function()
    return next(require('covls').lines(0)) and #marks() > 0
  end)
  wait('lenses of the new server alone', function()
    return vim.deep_equal(lenses(), before_lenses)
  end)
  show('after', signs())
  assert(vim.deep_equal(seen.after, seen.before), 'other signs after a restart')
  -- All is covered: no lens is left on the screen, without a key or a move of the cursor.
  local profile = vim.tbl_map(function(line)
    return (line:gsub(' 0$', ' 1'))
  end, vim.fn.readfile('cover.out'))
  vim.fn.writefile(profile, 'cover.out.new')
  assert(vim.loop.fs_rename('cover.out.new', 'cover.out'))
  drawn('all covered', 20, 'covered')
  wait('no lens of a function', function()
    return not table.concat(lenses(), '\n'):find('not tested', 1, true)
  end)
end

local function main()
  local ok, err = xpcall(steps[env.COVLS_E2E_STEP], debug.traceback)
  if not ok then
    seen.failure = lines(err)
  end
  if vim.v.errmsg ~= '' then
    seen.errors = lines(vim.v.errmsg)
  end
  local file = assert(io.open(env.COVLS_E2E_RESULT, 'w'))
  file:write(vim.fn.json_encode(seen))
  file:close()
  vim.cmd('qall!')
end

vim.api.nvim_create_autocmd('VimEnter', {
  callback = function()
    vim.schedule(main)
  end,
})
