--- `:checkhealth leastwise`: what Leastwise needs, what is there, and what to do about the rest.
local M = {}

--- The output of a program that ends by itself, or nil and why there is none.
---@param command string[]
---@return string? output, string? reason
local function run(command)
  local started, process = pcall(vim.system, command, { text = true, timeout = 5000 })
  if not started then
    return nil, tostring(process)
  end
  local result = process:wait()
  if result.code ~= 0 then
    return nil, vim.trim(result.stderr ~= '' and result.stderr or ('exit code ' .. result.code))
  end
  return vim.trim(result.stdout)
end

local function check_neovim()
  local version = vim.version()
  local name = ('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch)
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok(name)
  else
    vim.health.error(name .. ' is too old', {
      'Install Neovim 0.11 or later: lsp/leastwise.lua is read by vim.lsp.enable(), which came with it',
    })
  end
end

--- The program that the configuration names, when it runs.
---@return string?
local function check_program()
  local config = vim.lsp.config.leastwise
  if not config then
    vim.health.error('there is no configuration named leastwise', {
      'Put the folder editors/neovim on the runtimepath, as |leastwise-install| shows',
    })
    return nil
  end
  if type(config.cmd) ~= 'table' then
    vim.health.ok('the configuration starts the server by a function of yours')
    return nil
  end
  local program = config.cmd[1]
  if vim.fn.executable(program) == 0 then
    vim.health.error(('`%s` is not on the PATH'):format(program), {
      'Build it with `cargo xtask build`, and put target/release on the PATH',
      "Or name it: vim.lsp.config('leastwise', { cmd = { '/path/to/leastwise', 'lsp' } })",
    })
    return nil
  end
  local version, reason = run({ program, '--version' })
  if not version then
    vim.health.error(('`%s --version` fails: %s'):format(program, reason))
    return nil
  end
  vim.health.ok(('%s (%s)'):format(version, vim.fn.exepath(program)))
  return program
end

---@param program string
local function check_model(program)
  local model, reason = run({ program, 'model', 'path' })
  if model then
    vim.health.ok('model: ' .. model)
  else
    vim.health.info(('no local model, which only adds to what rules say: %s'):format(reason))
  end
end

--- By what evidence a server judges the texts that it has been told of.
---@param client vim.lsp.Client
local function check_evidence(client)
  for buffer in pairs(client.attached_buffers) do
    local parameters = { textDocument = vim.lsp.util.make_text_document_params(buffer) }
    local response = client:request_sync('leastwise/evidence', parameters, 5000, buffer)
    local evidence = response and response.result
    if evidence and evidence.state ~= 'none' then
      local report = evidence.state == 'unreadable' and vim.health.warn or vim.health.ok
      local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':~:.')
      report(('evidence for %s: %s'):format(name, evidence.summary))
    end
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'leastwise' })
  if #clients == 0 then
    vim.health.info("no server is running: open a YAML file; if that starts none, call vim.lsp.enable('leastwise')")
  end
  for _, client in ipairs(clients) do
    vim.health.ok(('server %d runs for %s, positions in %s'):format(
      client.id,
      client.root_dir or 'single files',
      client.offset_encoding
    ))
    check_evidence(client)
  end
end

function M.check()
  vim.health.start('leastwise')
  check_neovim()
  local program = vim.lsp.config and check_program()
  if program then
    check_model(program)
  end
  check_clients()
end

return M
