-- Colours, which a colour scheme or the user may define otherwise.
local M = {}

local function known(name)
  return vim.fn.hlexists(name) == 1
end

function M.set()
  local links = {
    CovlsCovered = known('DiagnosticOk') and 'DiagnosticOk' or 'MoreMsg',
    CovlsPartly = 'DiagnosticWarn',
    CovlsUncovered = 'DiagnosticError',
    CovlsStale = 'NonText',
    CovlsHeader = 'Title',
    CovlsPass = 'CovlsCovered',
    CovlsFail = 'CovlsUncovered',
  }
  for name, target in pairs(links) do
    vim.api.nvim_set_hl(0, name, { link = target, default = true })
  end
end

return M
