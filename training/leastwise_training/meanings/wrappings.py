"""What people write around a command: conditions, loops, functions, other languages. It changes nothing of its meaning."""

from __future__ import annotations

import re
from collections.abc import Callable

from .texts import Script, Text
from .vocabulary import Choices, Words

SIMPLE = re.compile(r"[A-Za-z./]")
KEYWORDS = ("export ", "for ", "while ", "if ", "until ", "set ", "source ", "cd ", "test ", "exec ", "alias ", "trap ", "umask ")


def indented(lines: list[Text], step: int = 2) -> list[Text]:
    """The lines, deeper."""
    return [line.with_value(" " * step + line) for line in lines]


def quotable(line: str, forbidden: str) -> bool:
    """Whether a line may stand between quotes as it is."""
    return not any(letter in line for letter in forbidden)


def around(before: list[str], lines: list[Text], after: list[str]) -> list[Text]:
    """The lines, deeper, between others."""
    return [*map(Text, before), *indented(lines), *map(Text, after)]


def if_missing(words: Words, lines: list[Text]) -> list[Text]:
    return around([words.fill("if [ ! -f {directory}/.initialised ]; then")], lines, ["fi"])


def if_command(words: Words, lines: list[Text]) -> list[Text]:
    return around([words.fill("if command -v {file} >/dev/null 2>&1; then"), words.fill("  echo '{file} is there'"), "else"], lines, ["fi"])


def if_enabled(words: Words, lines: list[Text]) -> list[Text]:
    name = words.thing().upper().replace("-", "_")
    return around([words.rng.choice((f'if [ "${{{name}_ENABLED:-false}}" = "true" ]; then', f'if [[ -n "${name}" ]]; then'))], lines, ["fi"])


def attempts(words: Words, lines: list[Text]) -> list[Text]:
    last = lines[-1].with_value(f"{lines[-1]} && break")
    return around([words.rng.choice(("for attempt in 1 2 3 4 5; do", "for i in $(seq 1 10); do"))], [*lines[:-1], last, Text("sleep 10")], ["done"])


def forever(words: Words, lines: list[Text]) -> list[Text]:
    return around(["while true; do"], [*lines, Text(f"sleep {words.rng.choice((30, 60, 300, 3600))}")], ["done"])


def function(words: Words, lines: list[Text]) -> list[Text]:
    name = words.rng.choice(("prepare", "main", "setup", "run_hook", "on_start", "sync_all", "finish"))
    return around([f"{name}() {{"], lines, ["}", f'{name} "$@"'])


def case(words: Words, lines: list[Text]) -> list[Text]:
    return around(['case "$1" in', "  start)"], indented(lines), ["    ;;", "  *)", "    echo usage", "    ;;", "esac"])


def file_then_run(words: Words, lines: list[Text]) -> list[Text]:
    place = words.fill("{temporary}/{script_file}")
    return [Text(f"cat > {place} <<'EOF'"), Text("#!/bin/sh"), *lines, Text("EOF"), Text(f"chmod 755 {place}"), Text(words.rng.choice((place, f"sh {place}", f"bash {place}")))]


def here_document(words: Words, lines: list[Text]) -> list[Text]:
    return [Text(words.rng.choice(("sh <<'EOF'", "bash -s <<'EOF'", words.fill("su - {user} <<'EOF'"), words.fill("ssh {user}@{local_host} <<'EOF'")))), *lines, Text("EOF")]


def commented(words: Words, lines: list[Text]) -> list[Text]:
    return [Text(f"# {words.comment()}"), *lines]


def logged(words: Words, lines: list[Text]) -> list[Text]:
    tail = words.rng.choice((">/dev/null 2>&1", "2>/dev/null || true", "|| true", "|| exit 1", words.fill("2>&1 | tee -a /var/log/{thing}.log"), "&"))
    return [*lines[:-1], lines[-1].with_value(f"{lines[-1]} {tail}")]


def guarded(words: Words, lines: list[Text]) -> list[Text]:
    head = words.rng.choice(("test -d {directory} ||", "[ -n \"$NODE_NAME\" ] &&", "[ -e {directory}/{data_file} ] ||", "which {file} ||", "sleep 10 &&", "cd {directory} &&", "mkdir -p {directory} &&"))
    return [lines[0].with_value(f"{words.fill(head)} {lines[0]}"), *lines[1:]]


def root(words: Words, lines: list[Text]) -> list[Text]:
    head = words.rng.choice(("sudo ", "sudo -E ", "time ", "nice -n 10 ", "nohup ", "env ", "exec ", "timeout 60 ", "setsid "))
    return [line.with_value(head + line) if SIMPLE.match(line) and not line.startswith(KEYWORDS) and "=" not in line.split(" ")[0] else line for line in lines]


def through_variable(words: Words, lines: list[Text]) -> list[Text]:
    """A command kept in a variable. What runs the variable nobody can judge by itself."""
    line = lines[-1]
    if not quotable(line, "'"):
        return lines
    name = words.rng.choice(("CMD", "STEP", "HOOK", "RUN", "TASK"))
    runs = words.rng.choice((f'eval "${name}"', f'sh -c "${name}"', f'bash -c "${{{name}}}"'))
    return [*lines[:-1], line.with_value(f"{name}='{line}'"), Text(runs, unsure=bool(line.labels))]


def quoted(lines: list[Text], forbidden: str, before: str, after: str) -> list[Text]:
    """Each line between some words, where its letters allow it."""
    return [line.with_value(f"{before}{line}{after}") if quotable(line, forbidden) and not line.startswith("#") else line for line in lines]


def inner_shell(words: Words, lines: list[Text]) -> list[Text]:
    head = words.rng.choice(("sh -c", "bash -c", "/bin/sh -c", "bash -lc", "nohup sh -c", "timeout 120 sh -c", "su-exec root sh -c", "busybox sh -c", "env -i sh -c", "flock /tmp/lock sh -c"))
    return quoted(lines, "'", f"{head} '", "'")


def in_other_container(words: Words, lines: list[Text]) -> list[Text]:
    head = words.fill(words.rng.choice(("kubectl exec deploy/{name} -- sh -c", "kubectl -n {space} exec {name}-0 -- bash -c", "docker exec {thing} sh -c")))
    return quoted(lines, "'", f"{head} '", "'")


def on_exit(words: Words, lines: list[Text]) -> list[Text]:
    return quoted(lines, "'", "trap '", f"' {words.rng.choice(('EXIT', 'TERM', 'INT TERM'))}")


def by_cron(words: Words, lines: list[Text]) -> list[Text]:
    when = words.rng.choice(("*/5 * * * *", "@reboot", "0 * * * *", "17 4 * * *"))
    return quoted(lines, '"%$`\\', f'echo "{when} ', '" | crontab -')


def by_python(words: Words, lines: list[Text]) -> list[Text]:
    call = words.rng.choice(('os.system("', 'subprocess.run("', 'subprocess.check_call("', 'os.popen("'))
    end = '", shell=True)' if "subprocess" in call else '")'
    if not all(quotable(line, '"\\') for line in lines):
        return lines
    return [Text(f"{words.python()} - <<'EOF'"), Text("import os" if call.startswith("os") else "import subprocess"), *quoted(lines, '"\\', call, end), Text("EOF")]


def by_python_line(words: Words, lines: list[Text]) -> list[Text]:
    return quoted(lines, "'\"\\$`!", f'{words.python()} -c "import os; os.system(\'', "')\"")


def by_node(words: Words, lines: list[Text]) -> list[Text]:
    call = words.rng.choice(("execSync", "exec"))
    return quoted(lines, "'\"\\$`!", f"node -e \"require('child_process').{call}('", "')\"")


def by_perl(words: Words, lines: list[Text]) -> list[Text]:
    return quoted(lines, "'\"\\$@`%", "perl -e 'system(\"", "\")'")


def by_ruby(words: Words, lines: list[Text]) -> list[Text]:
    return quoted(lines, "'\"\\#`", "ruby -e 'system(\"", "\")'")


def by_php(words: Words, lines: list[Text]) -> list[Text]:
    call = words.rng.choice(("shell_exec", "passthru", "exec", "system"))
    return quoted(lines, "'\"\\$`", f"php -r '{call}(\"", "\");'")


def by_awk(words: Words, lines: list[Text]) -> list[Text]:
    return quoted(lines, "'\"\\", "awk 'BEGIN { system(\"", "\") }'")


def by_lua(words: Words, lines: list[Text]) -> list[Text]:
    return quoted(lines, "'\"\\$`!", "lua -e \"os.execute('", "')\"")


def by_build(words: Words, lines: list[Text]) -> list[Text]:
    return quoted(lines, '"\\$`', f'{words.rng.choice(("make run CMD=", "npx concurrently ", "parallel ::: ", "watch -n 60 "))}"', '"')


WRAPPINGS: dict[str, Callable[[Words, list[Text]], list[Text]]] = {
    it.__name__: it
    for it in (
        if_missing, if_command, if_enabled, attempts, forever, function, case, file_then_run, here_document, commented, logged, guarded, root,
        through_variable, inner_shell, in_other_container, on_exit, by_cron, by_python, by_python_line, by_node, by_perl, by_ruby, by_php, by_awk,
        by_lua, by_build,
    )
}  # fmt: skip
NAMES = Choices(*WRAPPINGS)


def wrapped(words: Words, lines: list[Text]) -> list[Text]:
    """The lines as they are, or with something around them."""
    if not Script(lines).one_line or words.chance(0.5):
        return lines
    return WRAPPINGS[words.pick(NAMES)](words, lines)
