-- Leastwise in a real Neovim without a screen: what the editor shows, and what is saved in the end.
--
--   nvim --clean --headless -u init.lua -l headless.lua FIXTURE EXPECTED
--
-- An error here ends Neovim with exit code 1 and its message.

local fixture, expected = arg[1], arg[2]

--- Waits for something that the server brings about.
local function wait(what, happened)
  if not vim.wait(20000, happened, 5) then
    error(('did not happen: %s\ndiagnostics: %s'):format(what, vim.inspect(vim.diagnostic.get(0))), 2)
  end
end

local function equal(what, got, wanted)
  if not vim.deep_equal(got, wanted) then
    error(('%s: got %s, wanted %s'):format(what, vim.inspect(got), vim.inspect(wanted)), 2)
  end
end

--- Where the carets in the buffer say that diagnostics must stand: { line, start and end byte, code }, from 0.
local function carets(lines)
  local wanted = {}
  local marked -- the line that the carets below it are about
  for number, line in ipairs(lines) do
    local indent, marks, code = line:match('^( *# *)(%^+) ([%w-]+)$')
    if indent then
      table.insert(wanted, {
        marked - 1,
        vim.str_byteindex(lines[marked], 'utf-32', #indent),
        vim.str_byteindex(lines[marked], 'utf-32', #indent + #marks),
        code,
      })
    else
      marked = number
    end
  end
  return wanted
end

--- The diagnostics that Neovim holds, in the form of `carets`.
local function shown()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    equal('source', diagnostic.source, 'leastwise')
    equal('last line of ' .. diagnostic.code, diagnostic.end_lnum, diagnostic.lnum)
    table.insert(found, { diagnostic.lnum, diagnostic.col, diagnostic.end_col, diagnostic.code })
  end
  table.sort(found, function(a, b)
    return a[1] < b[1] or a[1] == b[1] and a[2] < b[2]
  end)
  return found
end

local function buffer_lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

-- Opening a manifest starts the server, which marks each finding.
local exit_code
vim.lsp.config('leastwise', {
  on_exit = function(code)
    exit_code = code
  end,
})
vim.cmd.edit(vim.fn.fnameescape(fixture))
wait('a server is attached', function()
  return #vim.lsp.get_clients({ bufnr = 0, name = 'leastwise' }) == 1
end)
local client = vim.lsp.get_clients({ bufnr = 0, name = 'leastwise' })[1]
wait('the server is initialized', function()
  return client.initialized
end)
equal('position encoding', client.offset_encoding, 'utf-8')
local at_first = carets(buffer_lines())
equal('carets in the fixture', #at_first, 3)
wait('the first diagnostics', function()
  return #vim.diagnostic.get(0) > 0
end)
equal('first diagnostics', shown(), at_first)

-- Typing a new line marks it too, and moves what stands below.
vim.api.nvim_win_set_cursor(0, { 7, 0 })
vim.api.nvim_feedkeys('ohostPID: true # ☕', 'xt', false)
local with_another = vim.list_extend({ { 7, 11, 15, 'host-pid' } }, vim.tbl_map(function(mark)
  return { mark[1] + 1, mark[2], mark[3], mark[4] }
end, at_first))
wait('the diagnostics of the typed text', function()
  return vim.deep_equal(shown(), with_another)
end)
vim.cmd.undo()
wait('the diagnostics as they were', function()
  return vim.deep_equal(shown(), at_first)
end)

-- The hover opens a window that explains the finding under the cursor.
local privileged = vim.iter(vim.diagnostic.get(0)):find(function(diagnostic)
  return diagnostic.code == 'privileged-container'
end)
vim.api.nvim_win_set_cursor(0, { privileged.lnum + 1, privileged.col })
vim.lsp.buf.hover()
local window
wait('a hover window', function()
  window = vim.iter(vim.api.nvim_list_wins()):find(function(candidate)
    return vim.api.nvim_win_get_config(candidate).relative ~= ''
  end)
  return window ~= nil
end)
local hover = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
assert(hover:find('privileged-container', 1, true), 'the hover does not speak of the finding: ' .. hover)
vim.api.nvim_win_close(window, true)

-- A lens above the workload names the profile that it reaches.
vim.lsp.codelens.refresh({ bufnr = 0 })
wait('a code lens', function()
  return #vim.lsp.codelens.get(0) == 1
end)
local lens = vim.lsp.codelens.get(0)[1]
assert(lens.command.title:lower():find('privileged', 1, true), 'the lens names no profile: ' .. lens.command.title)

-- The quick fix takes the privilege away, and its finding with it.
vim.lsp.buf.code_action({
  apply = true,
  context = { only = { 'quickfix' }, diagnostics = { privileged.user_data.lsp } },
  filter = function(action)
    return vim.startswith(action.title, 'Remove privileged')
  end,
})
wait('the finding is gone', function()
  return vim.deep_equal(shown(), { at_first[1], at_first[2] })
end)
vim.cmd.write()
equal('the saved file', vim.fn.readblob(fixture), vim.fn.readblob(expected))

client:stop()
wait('the server has ended', function()
  return exit_code ~= nil
end)
equal('exit code', exit_code, 0)
