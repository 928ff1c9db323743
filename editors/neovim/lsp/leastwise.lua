---@brief
---
--- Leastwise makes Kubernetes manifests least-privilege where they are written.
---
--- Enable it with `vim.lsp.enable('leastwise')`; change it with `vim.lsp.config('leastwise', { ... })`.

---@type vim.lsp.Config
return {
  cmd = { 'leastwise', 'lsp' },
  filetypes = { 'yaml', 'helm', 'yaml.helm-values' },
  root_markers = { '.leastwise.yaml', 'Chart.yaml', 'kustomization.yaml', '.git' },
  -- The keys of .leastwise.yaml, below `leastwise`.
  settings = { leastwise = vim.empty_dict() },
  on_init = function(client)
    -- Neovim watches no files for a server on Linux, so a changed configuration is announced when it is saved here.
    local group = vim.api.nvim_create_augroup('leastwise.configuration.' .. client.id, { clear = true })
    vim.api.nvim_create_autocmd('BufWritePost', {
      group = group,
      pattern = '.leastwise.yaml',
      desc = 'Tell Leastwise that its configuration changed',
      callback = function(event)
        if client:is_stopped() then
          return true -- removes this autocommand
        end
        local change = {
          uri = vim.uri_from_fname(vim.fs.normalize(event.match)),
          type = vim.lsp.protocol.FileChangeType.Changed,
        }
        client:notify('workspace/didChangeWatchedFiles', { changes = { change } })
      end,
    })
  end,
}
