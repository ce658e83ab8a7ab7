" Drives Vim with ALE through the tour, and leaves what it shows in COVLS_E2E_RESULT.
let s:seen = {}

func s:await(what, condition)
  let end = reltime()
  while !a:condition()
    if reltimefloat(reltime(end)) > 100
      throw 'waited in vain for ' .. a:what
    endif
    sleep 10m
  endwhile
endfunc

func s:marks()
  let own = filter(copy(ale#engine#GetLoclist(bufnr(''))), {_, m -> m.linter_name is# 'covls'})
  return map(own, {_, m -> m.lnum .. ' ' .. m.text})
endfunc

func s:mark(step, condition)
  call s:await(a:step, {-> len(s:marks()) == 1 && a:condition(s:marks()[0])})
  let s:seen[a:step] = s:marks()
endfunc

func s:popup()
  return empty(popup_list()) ? [] : getbufline(winbufnr(popup_list()[0]), 1, '$')
endfunc

" Vim tells plugins of what is typed, and not of what a script does.
func s:insert(line, lines)
  call append(a:line, a:lines)
  doautocmd <nomodeline> TextChanged
endfunc

func s:tour()
  edit bash_completions.go
  call s:await('marks', {-> !empty(s:marks())})
  let s:seen.marks = s:marks()
  call s:await('signs', {-> !empty(sign_getplaced('', #{group: '*'})[0].signs)})
  let s:seen.gutter = map(sign_getplaced('', #{group: '*', lnum: 701})[0].signs, {_, s -> s.name})
  call s:await('the list', {-> !empty(getloclist(0))})
  lopen
  let s:seen.list = getline(1, '$')
  lclose
  let s:seen.status = [string(ale#statusline#Count(bufnr('')))]

  call cursor(701, 25)
  let s:seen.hover = []
  while match(s:seen.hover, '5 statements') < 0
    call popup_clear(1)
    ALEHover
    call s:await('a hover', {-> !empty(s:popup())})
    sleep 100m
    let s:seen.hover = s:popup()
  endwhile
  call popup_clear(1)

  " Whoever looks at the screen chooses.
  ALECodeAction
  call s:await('an action', {-> search('coverage:ignore', 'nw') > 0 && empty(ale#codefix#GetMap())})
  let s:seen.acted = getline(700, 702)
  silent undo
  redraw!
  call s:mark('marks again', {m -> m =~# '^701 '})

  call cursor(480, 1)
  ALENext
  let s:seen.jump = [expand('%:t') .. ':' .. line('.')]

  call rename($COVLS_E2E_NEXT, 'cover.out')
  call s:mark('replaced', {m -> m !~# 'GenBashCompletionFile'})
  call s:insert(0, ['// one', '// two', '// three'])
  call s:mark('moved', {m -> m =~# '^' .. ($COVLS_E2E_INSIDE + 3) .. ' '})
  call s:insert($COVLS_E2E_INSIDE + 3, ["\t_ = 1"])
  call s:mark('stale', {m -> m =~# 'stale'})
endfunc

func s:again()
  edit bash_completions.go
  call s:mark('restarted', {m -> 1})

  cd doc
  CovlsGaps
  let s:seen.quickfix = getline(1, '$')
  cfirst
  let s:seen.quickfixed = [expand('%:t') .. ':' .. line('.')]
endfunc

func s:start()
  try
    call call('s:' .. $COVLS_E2E_STEP, [])
  catch
    let s:seen.failure = [v:exception, v:throwpoint] + getline(698, 703)
  endtry
  call writefile([json_encode(s:seen)], $COVLS_E2E_RESULT)
  qall!
endfunc

autocmd VimEnter * ++nested call s:start()
