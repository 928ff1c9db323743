-- What a user's own configuration would hold, as editors/neovim/README.md says.
vim.opt.runtimepath:append(vim.env.LEASTWISE_NEOVIM_PLUGIN)
vim.lsp.config('leastwise', { settings = { leastwise = { profile = 'baseline' } } })
vim.lsp.enable('leastwise')
vim.diagnostic.config({ virtual_text = true, severity_sort = true })
