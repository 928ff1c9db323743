-- The commands of editors/neovim in a real Neovim without a screen.
--
--   nvim --clean --headless -u init.lua -l commands.lua FIXTURE
--
-- An error here ends Neovim with exit code 1 and its message.

local fixture = arg[1]

local function wait(what, happened)
  if not vim.wait(20000, happened, 5) then
    error('did not happen: ' .. what, 2)
  end
end

local function server()
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'leastwise' })[1]
  return client and client.initialized and client
end

local function floating_text()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
    end
  end
  return ''
end

local function has(code)
  return vim.iter(vim.diagnostic.get(0)):any(function(diagnostic)
    return diagnostic.code == code
  end)
end

-- `-l` loads no plugins by itself.
vim.cmd.runtime('plugin/leastwise.lua')
vim.cmd.edit(vim.fn.fnameescape(fixture))
wait('a finding', function()
  return has('host-network')
end)

vim.cmd.LeastwiseExplain('host-pid')
wait('an explanation of the rule that was named', function()
  return floating_text():find('(host-pid)', 1, true) ~= nil
end)
vim.cmd.fclose()
vim.fn.search('hostNetwork')
vim.cmd.LeastwiseExplain()
wait("an explanation of this line's rule", function()
  return floating_text():find('(host-network)', 1, true) ~= nil
end)
vim.cmd.fclose({ bang = true })

vim.cmd.LeastwiseCheck(vim.fn.fnameescape(fixture))
local listed
wait('a list of findings', function()
  listed = vim.iter(vim.fn.getqflist()):find(function(item)
    return item.text:find('[host-network]', 1, true) ~= nil
  end)
  return listed ~= nil
end)
assert(listed.lnum == 8 and listed.col == 16, vim.inspect(listed))
assert(vim.api.nvim_buf_get_name(listed.bufnr) == vim.uv.fs_realpath(fixture), vim.inspect(listed))
vim.cmd.cclose()

local first = server().id
vim.cmd.LeastwiseRestart()
wait('another server', function()
  local client = server()
  return client and client.id ~= first
end)
wait('its findings', function()
  return has('host-network')
end)

vim.fn.search('privileged: true')
vim.cmd.LeastwiseHarden()
wait('a hardened workload', function()
  return not has('privileged-container') and not has('host-network')
end)
local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
assert(text:find('allowPrivilegeEscalation: false', 1, true), text)
