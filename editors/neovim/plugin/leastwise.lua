--- The commands of Leastwise: see `:help leastwise-commands`.
local function command(name, options, description)
  vim.api.nvim_create_user_command(name, function(arguments)
    require('leastwise.commands')[name](arguments)
  end, vim.tbl_extend('error', options, { desc = description }))
end

command('LeastwiseRestart', {}, 'Start the server of Leastwise again')
command('LeastwiseExplain', { nargs = '?' }, 'Explain a rule, or that of the finding on this line')
command('LeastwiseCheck', { nargs = '?', complete = 'file' }, 'List the findings of a file or folder')
command('LeastwiseFixAll', {}, 'Apply every safe fix of this file')
command('LeastwiseHarden', {}, 'Make the workload under the cursor meet the restricted profile')
command('LeastwiseLog', {}, 'Open the log of language servers')
