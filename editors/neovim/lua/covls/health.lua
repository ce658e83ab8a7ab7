-- :checkhealth covls
local compat = require('covls.compat')

local M = {}

local health = vim.health or require('health')
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local warn = health.warn or health.report_warn
local err = health.error or health.report_error
local info = health.info or health.report_info

-- Milliseconds that a server has to answer.
local patience = 3000

local function version()
  local v = vim.version()
  local text = ('Neovim %d.%d.%d'):format(v.major, v.minor, v.patch)
  if compat.has('0.7') then
    ok(text)
  else
    err(text .. ': 0.7 or later is needed')
  end
end

-- The program of the server: that of a client, else of the configuration.
local function program(client)
  local cmd = client and client.config.cmd
  if not cmd and vim.lsp.config and vim.lsp.config.covls then
    cmd = vim.lsp.config.covls.cmd
  end
  cmd = cmd or { 'covls' }
  if type(cmd) ~= 'table' then
    return info('the server is started by a function of yours')
  end
  if vim.fn.executable(cmd[1]) == 0 then
    return err(('%s is not executable: install covls, or name it by setup({ cmd = { PATH, \'serve\' } })'):format(cmd[1]))
  end
  local words = vim.trim(vim.fn.system({ cmd[1], 'version' }))
  if vim.v.shell_error ~= 0 then
    return warn(('%s version fails: %s'):format(cmd[1], words))
  end
  ok(('%s is %s'):format(vim.fn.exepath(cmd[1]), vim.split(words, '\n')[1]))
end

local function answer(client, command)
  local result
  compat.request(client, 'workspace/executeCommand', { command = command }, function(_, r)
    result = r or false
  end, 0)
  vim.wait(patience, function()
    return result ~= nil
  end, 10)
  return result
end

-- What the doctor says of profiles and files, and what it wants to be done.
local function doctor(client)
  local text = answer(client, 'covls.doctor')
  if not text then
    return warn('the server does not answer')
  end
  text = type(text) == 'table' and text.content or text
  local wanted, shown = false, 0
  for _, line in ipairs(vim.split(text, '\n')) do
    local section = line:match('^## (.*)')
    if section then
      wanted = not section:find('^Settings')
    elseif wanted and line:find('%S') and shown < 12 then
      shown = shown + 1
      info((line:gsub('^[-*] ', ''):gsub('%*%*', '')))
    end
  end
  info('`:Covls doctor` says all of it')
end

local function attached(client)
  local buffers = vim.tbl_count(client.attached_buffers)
  local root = client.config.root_dir or 'no folder'
  ok(('client %d: %s, %d buffer%s, columns in %s'):format(client.id, root, buffers, buffers == 1 and '' or 's', client.offset_encoding))
  local s = require('covls.status').of(client.id)
  if not s then
    warn('the server has told nothing yet')
  elseif s.state == 'ready' then
    ok(require('covls.status').text(client.id))
  else
    warn(require('covls.status').text(client.id))
  end
  doctor(client)
end

function M.check()
  local clients = compat.clients()
  start('covls: program')
  version()
  program(clients[1])
  start('covls: clients')
  if #clients == 0 then
    warn('no client runs: open a source file of a language that covls knows, after setup() or vim.lsp.enable(\'covls\')')
  end
  for _, client in ipairs(clients) do
    attached(client)
  end
end

return M
