-- For vim.lsp.enable('covls') in Neovim 0.11 and later.
require('covls.client').watch()
return require('covls.client').config()
