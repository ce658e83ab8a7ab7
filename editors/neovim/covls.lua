-- covls in Neovim 0.7 and later, without a plugin. Save this file as lua/covls.lua in your
-- configuration (:echo stdpath('config')) and add to init.lua:
--
--   require('covls').setup()
--
-- What setup is given overrides the client's configuration, see :help vim.lsp.ClientConfig:
--
--   require('covls').setup({ cmd = { '/opt/covls', 'serve' }, init_options = { target = 80 } })
--
-- It starts covls for the languages below; give filetypes to have it for others.
--
-- It maps no keys. To have some:
--
--   vim.keymap.set('n', ']g', '<Cmd>CovlsNextGap<CR>')
--   vim.keymap.set('n', '[g', '<Cmd>CovlsPreviousGap<CR>')

local M = {}

local filetypes = {
  'c', 'cpp', 'cs', 'go', 'java', 'javascript', 'javascriptreact', 'kotlin', 'lua', 'perl', 'php', 'python', 'ruby', 'rust',
  'scala', 'swift', 'typescript', 'typescriptreact',
}
local root_markers = {
  '.covls.toml', 'go.work', 'go.mod', '.git', 'package.json', 'Cargo.toml', 'pyproject.toml', 'composer.json', 'pom.xml', 'Gemfile',
}

-- The client of the current buffer, else of any.
local function covls()
  local found
  for _, client in pairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name == 'covls' then
      if client.attached_buffers[vim.api.nvim_get_current_buf()] then
        return client
      end
      found = client
    end
  end
  return found
end

local function run(command, arguments, done)
  local client = covls()
  if not client then
    return vim.notify('covls is not running: open a source file first', vim.log.levels.WARN)
  end
  if arguments == 'cursor' then
    arguments = { vim.lsp.util.make_position_params(0, client.offset_encoding) }
  elseif arguments == 'document' then
    arguments = { { textDocument = vim.lsp.util.make_text_document_params() } }
  end
  local function answered(err, result)
    if err then
      vim.notify('covls: ' .. err.message, vim.log.levels.ERROR)
    else
      done(result, client)
    end
  end
  local params = { command = command, arguments = arguments }
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('workspace/executeCommand', params, answered)
  else
    client.request('workspace/executeCommand', params, answered)
  end
end

local function jump(place, client, none)
  if not place or place == vim.NIL then
    vim.notify('covls: ' .. (none or 'no gap'))
  elseif not vim.lsp.handlers['window/showDocument'] then -- else covls has shown it already
    vim.lsp.util.jump_to_location(place, client.offset_encoding)
  end
end

local function scratch(text)
  vim.cmd('new')
  vim.bo.buftype, vim.bo.bufhidden, vim.bo.swapfile = 'nofile', 'wipe', false
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(text, '\n'))
  vim.bo.filetype, vim.bo.modifiable = 'markdown', false
end

local commands = {
  CovlsNextGap = { 'Go to the next gap of this file', 'covls.nextGap', 'cursor', jump },
  CovlsPreviousGap = { 'Go to the previous gap of this file', 'covls.previousGap', 'cursor', jump },
  CovlsNextGapInWorkspace = { 'Go on to the next gap, from the most urgent file down', 'covls.nextGapInWorkspace', 'cursor', jump },
  CovlsMostUrgentGap = { 'Go to the most urgent gap of the workspace', 'covls.mostUrgentGap', nil, jump },
  CovlsNextUnseen = { 'Go to the next function that is new or has changed since the last run', 'covls.nextUnseen', 'cursor', function(place, client)
    jump(place, client, 'no function is new or changed since the last run')
  end },
  CovlsCreateTest = { 'Create a test for the function at the cursor', 'covls.createTest', 'cursor', function() end },
  CovlsGoToTests = { 'Go to the tests of the function at the cursor', 'covls.goToTests', 'cursor', function(places)
    if #places == 0 then
      vim.notify('covls: no test mentions this function')
    end
  end },
  CovlsExplain = { 'Say why this file has its tier', 'covls.explain', 'document', function(result)
    if not result or result == vim.NIL then
      return vim.notify('covls: no profile names this file')
    end
    scratch(result)
  end },
  CovlsReport = { 'Show the gap report', 'covls.showReport', nil, function(result)
    if not vim.lsp.handlers['window/showDocument'] then -- else covls has shown it already
      scratch(result.content)
    end
  end },
  CovlsReload = { 'Read settings and profiles again', 'covls.reload', nil, function(result)
    vim.notify(('covls: read %d profile%s'):format(result.profiles, result.profiles == 1 and '' or 's'))
  end },
  CovlsToggle = { 'Hide or show all marks', 'covls.toggle', nil, function(result)
    vim.notify(result.hidden and 'covls: hidden' or 'covls: shown')
  end },
  CovlsDoctor = { 'Say why something is shown or not', 'covls.doctor', nil, scratch },
}

-- Before 0.11: one client for each project.
local function start(config)
  for _, marker in ipairs(root_markers) do
    local found = vim.fn.findfile(marker, '.;')
    if found == '' then
      found = vim.fn.finddir(marker, '.;')
    end
    if found ~= '' then
      config.root_dir = vim.fn.fnamemodify(found, ':p'):gsub('/$', ''):gsub('/[^/]*$', '')
      break
    end
  end
  if vim.lsp.start then
    return vim.lsp.start(config)
  end
  for _, client in pairs(vim.lsp.get_active_clients()) do
    if client.name == 'covls' and client.config.root_dir == config.root_dir then
      return vim.lsp.buf_attach_client(0, client.id)
    end
  end
  local id = vim.lsp.start_client(config)
  if id then
    vim.lsp.buf_attach_client(0, id)
  end
end

local function lenses(_, bufnr)
  if vim.lsp.codelens.enable then
    return vim.lsp.codelens.enable(true, { bufnr = bufnr })
  end
  vim.api.nvim_create_autocmd({ 'BufEnter', 'CursorHold', 'InsertLeave' }, {
    buffer = bufnr,
    callback = function()
      vim.lsp.codelens.refresh({ bufnr = bufnr })
    end,
  })
end

function M.setup(config)
  config = vim.tbl_extend('force', {
    name = 'covls', cmd = { 'covls', 'serve' }, filetypes = filetypes, root_markers = root_markers, on_attach = lenses,
  }, config or {})
  for name, c in pairs(commands) do
    vim.api.nvim_create_user_command(name, function()
      run(c[2], c[3], c[4])
    end, { desc = c[1] })
  end
  -- A click on a lens.
  vim.lsp.commands['covls.nextGap'] = function(command)
    run(command.command, command.arguments, jump)
  end
  if vim.lsp.config then
    vim.lsp.config('covls', config)
    return vim.lsp.enable('covls')
  end
  vim.api.nvim_create_autocmd('FileType', {
    pattern = config.filetypes,
    callback = function()
      if vim.bo.buftype == '' then
        start(vim.deepcopy(config))
      end
    end,
  })
end

return M
