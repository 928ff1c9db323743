-- Leastwise and yaml-language-server in one buffer of a real Neovim: neither says what the other says.
--
--   nvim --clean --headless -u init.lua -l neighbour.lua FIXTURE YAML_LANGUAGE_SERVER SCHEMA
--
-- An error here ends Neovim with exit code 1 and its message.

local fixture, yaml_language_server, schema = arg[1], arg[2], arg[3]

local function wait(what, happened)
  if not vim.wait(30000, happened, 5) then
    error(('did not happen: %s\ndiagnostics: %s'):format(what, vim.inspect(vim.diagnostic.get(0))), 2)
  end
end

local function equal(what, got, wanted)
  if not vim.deep_equal(got, wanted) then
    error(('%s: got %s, wanted %s'):format(what, vim.inspect(got), vim.inspect(wanted)), 2)
  end
end

vim.lsp.config('yamlls', {
  cmd = { 'node', yaml_language_server, '--stdio' },
  filetypes = { 'yaml' },
  settings = {
    redhat = { telemetry = { enabled = false } },
    yaml = {
      schemaStore = { enable = false },
      -- It wants the Internet for Kubernetes' own schema.
      -- The whole path, for a pattern passes over folders whose names begin with a dot.
      schemas = { [vim.uri_from_fname(schema)] = { fixture } },
    },
  },
})
vim.lsp.enable('yamlls')
vim.cmd.edit(vim.fn.fnameescape(fixture))

--- The rules or sources of all diagnostics, by server.
local function said(source)
  local codes = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    if (diagnostic.source == 'leastwise') == (source == 'leastwise') then
      table.insert(codes, source == 'leastwise' and diagnostic.code or diagnostic.message)
    end
  end
  table.sort(codes)
  return codes
end
local function client(name)
  local found = vim.lsp.get_clients({ bufnr = 0, name = name })[1]
  return found and found.initialized and found
end
wait('both servers are attached', function()
  return client('leastwise') and client('yamlls')
end)
wait('diagnostics of both', function()
  return #said('leastwise') > 0 and #said('yamlls') > 0
end)
equal('findings', said('leastwise'), { 'host-network', 'privileged-container', 'root-filesystem-writable' })
equal('schema errors', said('yamlls'), { 'Value is not accepted. Valid values: "Deployment".' })

--- What a server answers at the cursor.
local function ask(name, method, parameters)
  local one = client(name)
  parameters = parameters(0, one.offset_encoding)
  parameters.context = { diagnostics = {}, only = { 'quickfix' } }
  local answer = assert(one:request_sync(method, parameters, 30000, 0))
  assert(not answer.err, vim.inspect(answer.err))
  return answer.result
end

-- On a finding, each explains what is its own.
vim.fn.search('hostNetwork: yes', 'e')
local ours = vim.inspect(ask('leastwise', 'textDocument/hover', vim.lsp.util.make_position_params))
local theirs = vim.inspect(ask('yamlls', 'textDocument/hover', vim.lsp.util.make_position_params))
assert(ours:find('host-network', 1, true) and not ours:find('Words of the schema', 1, true), ours)
assert(theirs:find('Words of the schema', 1, true) and not theirs:find('host-network', 1, true), theirs)

-- And nothing is offered twice.
local titles = {}
for _, name in ipairs({ 'leastwise', 'yamlls' }) do
  for _, action in ipairs(ask(name, 'textDocument/codeAction', vim.lsp.util.make_range_params) or {}) do
    assert(not titles[action.title], ('%s is offered by both'):format(action.title))
    titles[action.title] = name
  end
end
assert(vim.tbl_contains(vim.tbl_values(titles), 'leastwise'), vim.inspect(titles))

-- Completion is the other's alone.
assert(not client('leastwise').server_capabilities.completionProvider)
