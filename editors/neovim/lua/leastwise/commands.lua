--- What the commands in plugin/leastwise.lua do, by their names.
local M = {}

local function complain(message)
  vim.notify('leastwise: ' .. message, vim.log.levels.ERROR)
end

--- The program that the configuration names.
---@return string
local function program()
  local cmd = vim.lsp.config.leastwise and vim.lsp.config.leastwise.cmd
  return type(cmd) == 'table' and cmd[1] or 'leastwise'
end

--- Runs the program and hands over what it printed. Exit code 1 says that there are findings.
---@param arguments string[]
---@param use fun(output: string)
local function run(arguments, use)
  local command = vim.list_extend({ program() }, arguments)
  local started, reason = pcall(vim.system, command, { text = true }, vim.schedule_wrap(function(result)
    if result.code > 1 or result.signal ~= 0 or (result.code == 1 and result.stdout == '') then
      complain(vim.trim(result.stderr))
    else
      use(result.stdout)
    end
  end))
  if not started then
    complain(tostring(reason))
  end
end

function M.LeastwiseRestart()
  vim.lsp.enable('leastwise', false) -- stops it, too
  local stopped = vim.wait(5000, function()
    return #vim.lsp.get_clients({ name = 'leastwise' }) == 0
  end, 10)
  if not stopped then
    for _, client in ipairs(vim.lsp.get_clients({ name = 'leastwise' })) do
      client:stop(true)
    end
  end
  vim.lsp.enable('leastwise')
end

--- The rule of the first finding on the cursor's line.
---@return string?
local function rule_here()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  for _, diagnostic in ipairs(vim.diagnostic.get(0, { lnum = line })) do
    if diagnostic.source == 'leastwise' then
      return tostring(diagnostic.code)
    end
  end
end

function M.LeastwiseExplain(command)
  local rule = command.args ~= '' and command.args or rule_here()
  if not rule then
    complain('no finding on this line: name a rule')
    return
  end
  run({ 'explain', rule }, function(output)
    vim.lsp.util.open_floating_preview(vim.split(vim.trim(output), '\n'), 'text', { focus_id = 'leastwise.explain' })
  end)
end

local TYPES = { error = 'E', warning = 'W', info = 'I', hint = 'N' }

function M.LeastwiseCheck(command)
  local path = command.args ~= '' and vim.fn.expand(command.args) or vim.fn.getcwd()
  run({ 'check', '--format', 'json', path }, function(output)
    local items = vim.tbl_map(function(finding)
      return {
        filename = finding.filename,
        lnum = finding.location.row,
        col = finding.location.column,
        type = TYPES[finding.severity],
        text = ('%s [%s]'):format(finding.message, finding.rule),
      }
    end, vim.json.decode(output))
    vim.fn.setqflist({}, ' ', { title = 'leastwise check ' .. path, items = items })
    if #items > 0 then
      vim.cmd.copen()
    else
      vim.cmd.cclose()
      vim.notify('leastwise: no findings')
    end
  end)
end

--- Applies the one action of a kind, and asks when there are several.
local function apply(kind)
  if #vim.lsp.get_clients({ bufnr = 0, name = 'leastwise' }) == 0 then
    complain('no server is attached to this buffer: see :checkhealth leastwise')
    return
  end
  vim.lsp.buf.code_action({ apply = true, context = { only = { kind }, diagnostics = {} } })
end

function M.LeastwiseFixAll()
  apply('source.fixAll.leastwise')
end

function M.LeastwiseHarden()
  apply('refactor.rewrite.leastwise.harden')
end

function M.LeastwiseLog()
  vim.cmd.edit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
end

return M
