-- The configuration of init.lua, and what makes a picture of it worth looking at.
vim.cmd.source(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)), 'init.lua'))
vim.lsp.config('leastwise', { settings = { leastwise = { profile = 'restricted' } } })
vim.o.termguicolors = true
vim.o.winborder = 'rounded'
vim.o.number = true
vim.o.signcolumn = 'yes'
vim.o.laststatus = 0
vim.o.ruler = false
vim.o.cmdheight = 0
vim.o.hlsearch = false
vim.api.nvim_create_autocmd('DiagnosticChanged', {
  callback = function(event)
    vim.lsp.codelens.refresh({ bufnr = event.buf })
  end,
})
