-- Lists of gaps: quickfix, vim.ui.select, and the summary.
local client = require('covls.client')
local compat = require('covls.compat')
local window = require('covls.window')

local M = {}
local some = compat.some

-- What is asked for, in the words of :Covls gaps, and what the list is called.
local scopes = {
  all = { params = { all = true }, title = 'covls: gaps, the most urgent first' },
  file = { title = 'covls: gaps of this file' },
  changed = { params = { scope = 'changed' }, title = 'covls: gaps of what changed' },
  lost = { params = { scope = 'lost' }, title = 'covls: coverage that was lost' },
}

-- Gaps in order, as {gap, file}.
local function flat(answer)
  local out = {}
  for _, component in ipairs(answer.components) do
    for _, tier in ipairs(component.tiers) do
      for _, file in ipairs(tier.files) do
        for _, gap in ipairs(some(file.uri) and file.gaps or {}) do
          table.insert(out, { gap = gap, file = file, n = #out })
        end
      end
    end
  end
  table.sort(out, function(a, b)
    if a.gap.order ~= b.gap.order then
      return a.gap.order < b.gap.order
    end
    return a.n < b.n
  end)
  return out
end

-- Asks for what stands elsewhere in files that have changed since they were tested: their gaps are where the text has
-- them only when a file is asked for by itself.
local function placed(items, done)
  local stale, left = {}, 0
  for _, item in ipairs(items) do
    if item.file.stale and not some(item.gap.range) and not stale[item.file.uri] then
      stale[item.file.uri], left = {}, left + 1
    end
  end
  if left == 0 then
    return done(items)
  end
  for uri, places in pairs(stale) do
    client.ask('covls/gaps', { textDocument = { uri = uri } }, function(answer)
      for _, item in ipairs(flat(answer)) do
        places[item.gap.id] = item.gap
      end
      left = left - 1
      if left == 0 then
        for _, item in ipairs(items) do
          local own = stale[item.file.uri]
          item.gap = own and own[item.gap.id] or item.gap
        end
        done(items)
      end
    end)
  end
end

-- Gaps of a scope, by done(items, answer).
local function gaps(scope, done)
  local params = scopes[scope].params or client.document()
  client.ask('covls/gaps', params, function(answer)
    placed(flat(answer), function(items)
      done(items, answer)
    end)
  end)
end

local function say_none(scope)
  if scope == 'file' then
    return require('covls.commands').none_here()
  end
  local status = require('covls.status')
  client.say((scope == 'changed' or scope == 'lost') and status.unchanged() or status.none())
end

local function entry(item)
  local gap, path = item.gap, vim.uri_to_fname(item.file.uri)
  local column = 1
  if some(gap.range) then
    local bufnr = vim.fn.bufnr(path)
    local line = bufnr ~= -1 and vim.api.nvim_buf_get_lines(bufnr, gap.line, gap.line + 1, false)[1]
    column = (line and compat.byte(line, gap.range.start.character) or gap.range.start.character) + 1
  end
  return {
    filename = path, lnum = gap.line + 1, col = column, text = gap.message .. (gap.when ~= '' and ' · ' .. gap.when or ''),
    type = gap.shape == 'function' and not gap.trivial and 'W' or 'I',
  }
end

-- Fills the quickfix list and opens it.
local function quickfix(title, entries)
  vim.fn.setqflist({}, ' ', { title = title, items = entries })
  vim.cmd('botright copen ' .. math.max(3, math.min(10, #entries)))
end

function M.quickfix(scope)
  gaps(scope, function(items, answer)
    local entries = vim.tbl_map(entry, items)
    for _, package in ipairs(answer.unmeasured) do
      table.insert(entries, { text = package.message })
    end
    if some(answer.left) then
      table.insert(entries, { text = answer.left })
    end
    if #entries == 0 then
      return say_none(scope)
    end
    quickfix(scopes[scope].title, entries)
  end)
end

-- Has the user pick a gap and goes there.
function M.pick(scope)
  gaps(scope, function(items)
    if #items == 0 then
      return say_none(scope)
    end
    vim.ui.select(items, {
      prompt = scopes[scope].title .. ': ',
      kind = 'covls.gap',
      format_item = function(item)
        return ('%s:%d: %s'):format(item.file.path, item.gap.line + 1, item.gap.message)
      end,
    }, function(item)
      if item then
        local at = { textDocument = { uri = item.file.uri }, position = { line = item.gap.line, character = 0 }, gap = item.gap.id }
        require('covls.commands').jump('covls.nextGap', at)
      end
    end)
  end)
end

-- What the runs of the session have covered and lost.
function M.runs()
  client.execute('covls.sinceLastRun', nil, function(answer)
    local entries = {}
    for _, run in ipairs(answer.runs) do
      table.insert(entries, { text = run.text })
      for what, functions in pairs({ lost = run.lost_functions, covered = run.covered_functions }) do
        for _, f in ipairs(functions) do
          table.insert(entries, {
            filename = vim.uri_to_fname(f.uri), lnum = f.line + 1, col = 1, type = what == 'lost' and 'W' or 'I',
            text = ('%s: %s, %d of %d before, %d now'):format(f.name, what, f.was, f.total, f.now),
          })
        end
      end
    end
    if #entries == 0 then
      return client.say('no run in this session has covered or lost a function')
    end
    quickfix('covls: what the runs of the session made of functions', entries)
  end)
end

local function figure(summary)
  return some(summary.percent) and ('%s %%'):format(summary.percent) or '-'
end

-- Lines of the summary, {line, first byte, last byte, group} to colour, and the file of each line.
function M.table_of(answer)
  local lines, marks, files = {}, {}, {}
  local width = 4
  local rows = {}
  for _, component in ipairs(answer.components) do
    for _, tier in ipairs(component.tiers) do
      for _, file in ipairs(tier.files) do
        table.insert(rows, file)
        width = math.max(width, vim.fn.strdisplaywidth(file.path))
      end
    end
  end
  local function add(name, percent, covered, tier, group)
    local from = name .. (' '):rep(width - vim.fn.strdisplaywidth(name) + 2)
    local line = from .. ('%9s  %13s  %s'):format(percent, covered, tier)
    table.insert(lines, line)
    if group then
      table.insert(marks, { #lines - 1, group == 'CovlsHeader' and 0 or #from, group == 'CovlsHeader' and #line or #from + 9, group })
    end
  end
  add('file', 'covered', 'of', 'tier', 'CovlsHeader')
  for _, file in ipairs(rows) do
    local s = file.summary
    local known = some(s.percent) and some(s.target)
    local group = known and (s.percent >= s.target and 'CovlsPass' or 'CovlsFail') or nil
    local tier = file.stale and file.tier .. ', changed since' or file.tier
    add(file.path, figure(s), ('%d/%d'):format(s.covered, s.total), tier, group)
    files[#lines] = file
  end
  for _, component in ipairs(answer.components) do
    local s = component.summary
    local name = component.name == '' and 'all' or component.name
    local goal = some(s.target) and ('%s %%%s'):format(s.target, s.next_step and ', the next step' or '') or ''
    add(name, figure(s), ('%d/%d'):format(s.covered, s.total), goal ~= '' and 'target ' .. goal or '', 'CovlsHeader')
  end
  for _, package in ipairs(answer.unmeasured) do
    table.insert(lines, package.message)
  end
  if some(answer.left) then
    table.insert(lines, answer.left)
  end
  return lines, marks, files
end

-- Shows all files with their figures in a floating window; <CR> goes to one.
function M.summary()
  client.ask('covls/gaps', { all = true }, function(answer)
    if #answer.components == 0 then
      return client.say('nothing is known yet; :Covls doctor says why')
    end
    local lines, marks, files = M.table_of(answer)
    local bufnr, float = window.float('Coverage', lines, marks)
    vim.keymap.set('n', '<CR>', function()
      local file = files[vim.api.nvim_win_get_cursor(float)[1]]
      if file and some(file.uri) then
        vim.api.nvim_win_close(float, true)
        window.to_file()
        vim.cmd('edit ' .. vim.fn.fnameescape(vim.fn.fnamemodify(vim.uri_to_fname(file.uri), ':.')))
      end
    end, { buffer = bufnr })
  end)
end

return M
