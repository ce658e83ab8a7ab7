-- What a configuration calls. :help covls-lua
local M = {}

-- Starts covls for the files of its languages, see :help covls-setup.
function M.setup(options)
  require('covls.client').setup(options)
end

-- Where things stand, for 'statusline': '' where covls does not run.
function M.statusline()
  return require('covls.status').line()
end

-- The last covls/status of the current buffer's server, nil where there is none.
function M.status()
  return require('covls.status').current()
end

-- Goes to the next or previous ('previous') run of lines of a state: covered, partly, uncovered or stale.
function M.jump(direction, state)
  return require('covls.signs').jump(direction, state)
end

-- States of a buffer's lines, from 1: covered, partly, uncovered or stale; others are not there.
function M.lines(bufnr)
  return require('covls.signs').lines(bufnr)
end

return M
