-- What can be set, and what holds where nothing is.
local M = {}

M.filetypes = {
  'c', 'cpp', 'cs', 'dart', 'elixir', 'go', 'java', 'javascript', 'javascriptreact', 'kotlin', 'lua', 'perl', 'php', 'python',
  'ruby', 'rust', 'scala', 'sh', 'swift', 'typescript', 'typescriptreact',
}

-- What the folder of a project has. A profile that lies beside a source file makes a project of its folder.
M.root_markers = {
  '.covls.toml', 'go.work', 'go.mod', '.git', 'package.json', 'Cargo.toml', 'pyproject.toml', 'composer.json', 'pom.xml', 'Gemfile',
  'cover.out', 'coverage.out', 'coverage.txt', 'lcov.info', 'coverage.info', 'coverage.xml', 'cobertura.xml', 'coverage.json',
}

M.defaults = {
  -- Marks in the sign column; '' leaves a state without one.
  signs = {
    enable = true,
    -- Colours the line number too.
    numbers = false,
    priority = 8,
    covered = '▏',
    partly = '▌',
    uncovered = '█',
    stale = '┊',
    -- Stands behind the mark of a line that is new since the base.
    changed = '+',
  },
  lens = true,
  -- What K shows before 0.11, where one server's hover takes the other's away: 'yield' leaves it to
  -- another server of the buffer, 'show' does not.
  hover = 'yield',
  -- Says what a run of the tests has covered and lost.
  notify = true,
  -- Rows of the terminal that tests run in.
  terminal = 15,
}

M.options = vim.deepcopy(M.defaults)

-- Takes the plugin's own options out of what setup was given; what is left is for the client.
function M.take(given)
  local rest = {}
  M.options = vim.deepcopy(M.defaults)
  for key, value in pairs(given or {}) do
    local default = M.defaults[key]
    if default == nil then
      rest[key] = value
    elseif type(default) == 'table' and type(value) == 'table' then
      M.options[key] = vim.tbl_extend('force', default, value)
    elseif type(default) == 'table' and type(value) == 'boolean' then
      M.options[key] = vim.tbl_extend('force', default, { enable = value })
    else
      if type(value) ~= type(default) then
        error(('covls: setup wants %s to be a %s, not a %s'):format(key, type(default), type(value)), 0)
      end
      M.options[key] = value
    end
  end
  return rest
end

return M
