vim9script
# Leastwise in Vim without a screen, by ALE:
#
#   vim -es -N -u vimrc -S ale-test.vim
#
# What goes wrong is printed, and ends Vim with exit code 1. The environment names a manifest, and what it shall become.

# Seconds that a server may take for anything: far more than it needs, even on a busy machine.
const PATIENCE = 30

# Findings as ALE has them, in the form of `Carets`: line, first and last byte, rule.
def Shown(): list<list<any>>
  return ale#engine#GetLoclist(bufnr())
    ->mapnew((_, finding) => [finding.lnum, finding.col, get(finding, 'end_col', 0), finding.code])
    ->sort(ByPlace)
enddef

def ByPlace(one: list<any>, other: list<any>): number
  return one[0] != other[0] ? one[0] - other[0] : one[1] - other[1]
enddef

# Where the carets in the buffer say that findings must stand.
def Carets(): list<list<any>>
  var wanted = []
  var marked = 0
  for number in range(1, line('$'))
    const match = matchlist(getline(number), '\v^( *# *)(\^+) ([a-z-]+)$')
    if empty(match)
      marked = number
    else
      const line = getline(marked)
      const first = byteidx(line, strchars(match[1])) + 1
      const after = byteidx(line, strchars(match[1] .. match[2]))
      add(wanted, [marked, first, after, match[3]])
    endif
  endfor
  return sort(wanted, ByPlace)
enddef

# Waits until something has happened. Vim handles messages and timers while it sleeps, and only then.
def Wait(what: string, Happened: func(): bool)
  const end = localtime() + PATIENCE
  while !Happened()
    if localtime() > end
      throw 'did not happen: ' .. what .. '; findings: ' .. string(Shown())
    endif
    sleep 10m
  endwhile
enddef

def Test()
  # Opening a manifest starts the server, and ALE shows each finding.
  execute 'edit' fnameescape($LEASTWISE_MANIFEST)
  const at_first = Carets()
  const before = getline(1, '$')
  assert_equal(3, len(at_first), 'carets in the fixture')
  Wait('the first findings', () => !empty(Shown()))
  assert_equal(at_first, Shown(), 'the first findings')

  # Typing a new line marks it too, and moves what stands below.
  const line = search('hostNetwork: yes', 'w')
  append(line - 1, '  hostPID: true')
  doautocmd TextChanged # which Vim triggers only where somebody types
  const with_another = [[line, 12, 15, 'host-pid']]
    + mapnew(at_first, (_, mark) => [mark[0] + 1] + mark[1 :])
  Wait('the findings of the typed text', () => Shown() == with_another)
  deletebufline('%', line)
  doautocmd TextChanged
  assert_equal(before, getline(1, '$'), 'the text again')
  Wait('the findings as they were', () => Shown() == at_first)

  # Hovering explains the finding under the cursor, in the preview window.
  search('privileged: \zstrue', 'w')
  const manifest = win_getid()
  ALEHover
  Wait('a hover', () => bufwinnr('ALEPreviewWindow') > 0)
  assert_match('privileged-container', getbufline('ALEPreviewWindow', 1, '$')->join("\n"))
  pclose
  win_gotoid(manifest)

  # The quick fix takes the privilege away, and its finding with it. Where `:ALECodeAction` asks, this chooses.
  var offered: list<string>
  ale#codefix#Execute(0, (data, items) => {
    for [_, action] in items
      add(offered, action.title)
      if action.title =~# '^Remove privileged'
        ale#codefix#ApplyLSPCodeAction(data, action)
      endif
    endfor
  })
  Wait('fixes are offered', () => !empty(offered))
  assert_equal(1, len(copy(offered)->filter((_, title) => title =~# '^Remove privileged')), string(offered))
  doautocmd TextChanged
  Wait('the finding is gone', () => Shown() == at_first[: -2])
  write
  assert_equal(readblob($LEASTWISE_EXPECTED), readblob($LEASTWISE_MANIFEST), 'the saved file')
enddef

try
  Test()
catch
  add(v:errors, v:exception .. ' at ' .. v:throwpoint)
endtry
writefile(v:errors, '/dev/stderr')
execute 'cquit' (empty(v:errors) ? 0 : 1)
