if vim.g.loaded_covls or vim.fn.has('nvim-0.7') == 0 then
  return
end
vim.g.loaded_covls = true

vim.api.nvim_create_user_command('Covls', function(given)
  require('covls.commands').run(given.fargs, given)
end, {
  nargs = '*',
  desc = 'Coverage: :Covls next, gaps, run, report … (:help covls)',
  complete = function(lead, line)
    return require('covls.commands').complete(lead, line)
  end,
})

for plug, command in pairs({
  next = 'next', previous = 'prev', urgent = 'urgent', onward = 'onward', ['next-changed'] = 'changed',
  ['previous-changed'] = 'changed prev', unseen = 'unseen', gaps = 'gaps', pick = 'pick', summary = 'summary', report = 'report',
  explain = 'explain', hover = 'hover', run = 'run', test = 'test', tests = 'tests', toggle = 'toggle', signs = 'signs',
}) do
  vim.keymap.set('n', '<Plug>(covls-' .. plug .. ')', '<Cmd>Covls ' .. command .. '<CR>', { desc = 'covls ' .. command })
end
