" Leastwise in Vim, by ALE.

function! LeastwiseProjectRoot(buffer) abort
  for l:marker in ['.leastwise.yaml', 'Chart.yaml', 'kustomization.yaml']
    let l:found = ale#path#FindNearestFile(a:buffer, l:marker)
    if !empty(l:found)
      return fnamemodify(l:found, ':h')
    endif
  endfor
  return expand('#' . a:buffer . ':p:h')
endfunction

" ALE counts columns in bytes, whatever the protocol says.
call ale#linter#Define('yaml', {
\   'name': 'leastwise',
\   'lsp': 'stdio',
\   'executable': 'leastwise',
\   'command': '%e lsp --position-encoding utf-8',
\   'project_root': function('LeastwiseProjectRoot'),
\   'initialization_options': get(g:, 'leastwise_settings', {}),
\})
