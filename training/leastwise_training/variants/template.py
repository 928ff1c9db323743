"""A plain manifest as a Helm template whose labels are known."""

from __future__ import annotations

from random import Random

from ..documents import Document, Split, part
from .bearing import CONTAINER_LISTS, bearing, is_naming
from .draft import Draft, Line, value_replaced
from .outline import Node, Unsuitable

HELPERS = (
    "chart", "app", "common", "library", "service", "release", "base", "this", "portal", "mychart", "stack", "operator", "platform",
    "web-app", "microservice", "backend", "umbrella", "exporter", "agent", "shop", "data-platform", "controller", "core", "site",
)
"""What the named templates of a chart begin with."""
COMPONENTS = (
    "controller", "server", "worker", "manager", "proxy", "backend", "main", "frontend", "api", "web", "operator", "scheduler", "db",
    "primary", "gateway", "agent", "ui", "webhook", "collector", "ingester", "queue", "cronjob", "defaultBackend", "speaker", "deployment",
)
"""The part of a chart's values that a template reads."""
SUBJECTS = (
    "serviceAccount", "rbac", "metrics", "ingress", "autoscaling", "networkPolicy", "deployment", "persistence", "podDisruptionBudget",
    "service", "tests", "monitoring", "webhooks", "dashboard", "prometheus", "hooks", "cron", "admin",
)
"""What a whole object may depend on."""
CONDITIONS = (
    "if {value}", "with {value}", "if {value}.enabled", "if not {value}.disabled", "if and .Values.global.enabled {value}",
    'if eq .Values.mode "full"', 'if hasKey .Values "{key}"', "if or {value} .Values.global.{key}", 'if ne .Values.profile "minimal"',
    "if gt (len {value}) 0", 'if .Capabilities.APIVersions.Has "policy/v1"', 'if semverCompare ">=1.24-0" .Capabilities.KubeVersion.Version',
    "if (default false .Values.global.openshift)", 'if eq (toString {value}) "true"', "if and {value} (not .Values.global.minimal)",
    "if kindIs \"map\" {value}", 'if ne (default "" {value}) ""', "if empty {value} | not", "if .Values.extras.{key}",
)
"""What a block may depend on."""
TOGGLES = ("enabled", "create", "install", "active")
COMMENTS = (
    "{{/* Rendered once a release */}}",
    "{{- /* See values.yaml for what may be set here */ -}}",
    "{{/*\nThis part is optional.\n*/}}",
    "{{- /* The checks run against a test cluster */}}",
    "{{/* vim: set filetype=mustache: */}}",
    "{{- /* Kept for clusters of last year */ -}}",
    "{{- $name := .Release.Name -}}",
    "{{- $values := .Values }}",
    "{{- /*\nWritten by the release job.\nDo not edit.\n*/ -}}",
    "{{ $port := 8080 }}",
)
GUARDABLE = frozenset(
    "annotations labels nodeSelector affinity tolerations imagePullSecrets lifecycle livenessProbe readinessProbe startupProbe "
    "securityContext resources ports env envFrom args command volumes volumeMounts initContainers strategy updateStrategy "
    "hostNetwork hostPID hostIPC hostAliases dnsConfig priorityClassName serviceAccountName automountServiceAccountToken "
    "topologySpreadConstraints terminationGracePeriodSeconds revisionHistoryLimit minReadySeconds replicas tls rules "
    "externalTrafficPolicy loadBalancerIP type imagePullPolicy runtimeClassName schedulerName dnsPolicy".split()
)
"""Keys that charts make optional."""
REPLACED_BY_VALUES = frozenset(
    "resources securityContext nodeSelector affinity tolerations annotations imagePullSecrets livenessProbe readinessProbe "
    "env envFrom volumeMounts volumes topologySpreadConstraints strategy updateStrategy".split()
)
"""Keys whose whole block charts take from their values."""
KEPT_PLAIN = frozenset(("apiVersion", "kind", "apiGroups", "apiGroup", "verbs"))


class Chart:
    """How one chart writes its templates: its names, and its habits of spacing."""

    def __init__(self, split: Split, random: Random) -> None:
        self.random = random
        self.split: Split = split
        self.helpers = random.choice(part(HELPERS, split))
        self.component = random.choice(("", random.choice(part(COMPONENTS, split))))
        self.trimmed_end = random.random() < 0.2
        self.tight = random.random() < 0.05
        self.root = random.choice((".", ".", ".", "$"))

    def values(self, *path: str) -> str:
        """A value of the chart, as an expression."""
        parts = [self.component, *path] if self.component else list(path)
        root = "$" if self.root == "$" else ""
        return f"{root}.Values." + ".".join(parts)

    def action(self, expression: str) -> str:
        """An action within a line."""
        return f"{{{{{expression}}}}}" if self.tight else f"{{{{ {expression} }}}}"

    def line(self, indentation: int, expression: str) -> str:
        """An action on a line of its own, which eats the line before it."""
        behind = "-}}" if self.trimmed_end and expression != "end" and self.random.random() < 0.5 else "}}"
        return f"{' ' * indentation}{{{{- {expression} {behind}"

    def helper(self, name: str, verb: str = "include") -> str:
        """A call of a named template."""
        return f'{verb} "{self.helpers}.{name}" .'


def template(document: Document, random: Random) -> Document:
    """The document as a Helm template. What still stands there keeps its labels; what is hidden becomes unsure."""
    if "{{" in document.text:
        raise Unsuitable("there are templates already")
    draft = Draft(document)
    if not draft.outline.top or not draft.outline.kind():
        raise Unsuitable("no object")
    chart = Chart(document.split, random)
    strength = random.uniform(0.3, 1.0)
    _header(draft, chart, random)
    for node in draft.outline.top:
        _walk(draft, chart, random, strength, node, inside_range=False)
    return draft.finish("template")


def _header(draft: Draft, chart: Chart, random: Random) -> None:
    """What stands before and behind a whole object."""
    first, last = draft.lines[0], draft.lines[-1]
    if random.random() < 0.3:
        first.before.extend(Line(line) for line in random.choice(part(COMMENTS, chart.split)).split("\n"))
    if random.random() < 0.4:
        toggle = random.choice(TOGGLES)
        subject = random.choice(part(SUBJECTS, chart.split))
        condition = random.choice((
            f".Values.{subject}.{toggle}", chart.values(toggle), f"and .Values.{subject}.{toggle} {chart.values('create')}",
            f"not .Values.{subject}.disabled", '.Capabilities.APIVersions.Has "apps/v1"',
        ))
        spaced = random.choice(("{{- if %s }}", "{{- if %s -}}", "{{ if %s }}"))
        first.before.append(Line(spaced % condition))
        last.after.append(Line(random.choice(("{{- end }}", "{{ end }}", "{{- end -}}"))))


def _walk(draft: Draft, chart: Chart, random: Random, strength: float, node: Node, inside_range: bool) -> None:
    """Changes a node, or what lies under it."""
    if _removed(draft, node):
        return
    if node.is_item:
        if not inside_range and _is_ranged(node) and random.random() < 0.12 * strength:
            _range(draft, chart, random, node)
            inside_range = True
    elif node.key in GUARDABLE and not node.opens_item and node.parent is not None:
        chosen = random.random()
        likelihood = strength * (0.5 if is_naming(node) else 0.22)
        if chosen < likelihood:
            if node.key in REPLACED_BY_VALUES and node.end > node.line + 1 and random.random() < 0.45:
                _block_from_values(draft, chart, random, node)
                return
            _guard(draft, chart, random, node)
    if node.key in ("labels", "matchLabels") and node.children and random.random() < 0.5 * strength:
        _labels_from_helper(draft, chart, random, node)
        return
    if node.is_scalar or (node.is_item and node.value and not node.children):
        if random.random() < strength:
            _value(draft, chart, random, node, inside_range)
    for child in node.children:
        _walk(draft, chart, random, strength, child, inside_range)


def _removed(draft: Draft, node: Node) -> bool:
    return draft.lines[node.line].removed


def _is_ranged(node: Node) -> bool:
    """Whether charts write such an item in a loop."""
    return bool(node.children) and node.parent is not None and node.parent.key in (
        "env", "ports", "hosts", "volumes", "volumeMounts", "tls", "rules", "paths", "egress", "ingress", "subjects")


def _range(draft: Draft, chart: Chart, random: Random, node: Node) -> None:
    """A loop around one item. There may be none of it, so the list's own absences are unknown."""
    assert node.parent is not None
    many = chart.values("extra" + node.parent.key[:1].upper() + node.parent.key[1:] if node.parent.key else "items")
    loop = random.choice((f"range {many}", f"range $index, $item := {many}", f"range $name, $value := {many}"))
    column = node.column
    draft.surround(node.line, node.end, [chart.line(column, loop)], [chart.line(column, "end")])
    draft.doubt(bearing(draft.outline, node) - {node.line})


def _guard(draft: Draft, chart: Chart, random: Random, node: Node) -> None:
    """A condition around a whole block. Labels in it hold where it is there; what its absence would add is unknown."""
    assert node.key is not None
    form = random.choice(part(CONDITIONS, chart.split))
    condition = form.format(value=chart.values(node.key), key=node.key)
    column = random.choice((node.column, node.column, node.column, 0))
    closing = [chart.line(column, "end")]
    otherwise = node.is_scalar and random.random() < 0.25
    if otherwise:
        closing.insert(0, chart.line(column, "else"))
    draft.surround(node.line, node.end, [chart.line(column, condition)], closing)
    if otherwise:
        hidden = f"{' ' * node.column}{node.key}: {chart.action(chart.values(node.key))}"
        draft.lines[node.line].after.insert(1, Line(hidden, [], unsure=True))
    draft.doubt(bearing(draft.outline, node) - {node.line})


def _block_from_values(draft: Draft, chart: Chart, random: Random, node: Node) -> None:
    """A block that the values give, whatever they say."""
    depth = node.column + 2
    form = random.randrange(4)
    head = " " * node.column + f"{node.key}:"
    value = chart.values(node.key or "")
    draft.doubt(bearing(draft.outline, node))
    draft.remove(node.line + 1, node.end)
    line = draft.lines[node.line]
    if form == 0:
        line.text = f"{head} {{{{- toYaml {value} | nindent {depth} }}}}"
    else:
        line.text = head
        inner = "." if form == 2 else value
        body = random.choice((f"toYaml {inner} | nindent {depth}", f"tpl (toYaml {inner}) $ | nindent {depth}"))
        line.after.insert(0, Line(chart.line(depth, body) if form != 3 else f"{{{{ toYaml {inner} | indent {depth} }}}}"))
        if form == 2:
            line.before.append(Line(chart.line(node.column, f"with {value}")))
            line.after.append(Line(chart.line(node.column, "end")))
    # The block is there or not, and says what nobody knows.
    line.unsure = line.unsure or not is_naming(node) or bool(line.labels)


def _labels_from_helper(draft: Draft, chart: Chart, random: Random, node: Node) -> None:
    """Labels that a named template writes, in place of some of the literal ones."""
    helper = "selectorLabels" if node.key == "matchLabels" else "labels"
    depth = node.children[0].column
    text = chart.line(depth, f"{chart.helper(helper)} | nindent {depth}")
    draft.lines[node.line].after.insert(0, Line(text))
    keep_some = random.random() < 0.4 and len(node.children) > 1
    for child in node.children[: len(node.children) // 2 if keep_some else None]:
        draft.remove(child.line, child.end)
    if draft.lines[node.line].labels:
        draft.lines[node.line].unsure = True


def _value(draft: Draft, chart: Chart, random: Random, node: Node, inside_range: bool) -> None:
    """A value from the chart in place of a literal one, or with the literal one as its default."""
    if node.key in KEPT_PLAIN or (node.is_item and is_listed_plain(node)):
        return
    line = draft.lines[node.line]
    value = node.value
    quoted = value[0] in "'\""
    bare = value.strip("'\"")
    if not bare or '"' in bare or "\\" in bare or "`" in bare:
        return
    name = node.key or "item"
    if node.key == "image":
        _image(draft, chart, random, node, bare)
        return
    if node.key == "name" and random.random() < 0.75:
        if _names_object(node):
            line.text = value_replaced(line.text, node, _name(chart, random, bare))
        elif node.parent and node.parent.is_item and node.parent.parent and node.parent.parent.key in CONTAINER_LISTS:
            line.text = value_replaced(line.text, node, chart.action(random.choice((".Chart.Name", chart.helper("name")))))
        return
    if node.key == "namespace":
        if random.random() < 0.5:
            line.text = value_replaced(line.text, node, chart.action(".Release.Namespace"))
            _hidden(draft, node)
        return
    if not _is_valued(node) or random.random() > 0.6:
        return
    literal = bare if not quoted and _is_plain_literal(bare) else f'"{bare}"'
    path = chart.values(*_value_path(node))
    if inside_range and random.random() < 0.7:
        # In a loop the item is what the dot stands for.
        path = f".{_value_path(node)[-1]}"
    shown = random.random() < (0.35 if is_naming(node) else 0.7)
    if shown:
        expression = random.choice((f"{path} | default {literal}", f"default {literal} {path}"))
        if quoted and random.random() < 0.7:
            expression += " | quote"
        line.text = value_replaced(line.text, node, chart.action(expression))
        return
    text = random.choice((chart.action(path), chart.action(f"{path} | quote"), f'"{chart.action(path)}"', chart.action(f"int {path}")))
    if not bare.isdigit() and "int " in text:
        text = chart.action(f"{path} | quote")
    line.text = value_replaced(line.text, node, text)
    if not (is_naming(node) and not line.labels):
        _hidden(draft, node)


def is_listed_plain(node: Node) -> bool:
    """Whether charts leave the items of such a list as they are."""
    return any(a.key in ("verbs", "resources", "apiGroups", "accessModes", "drop", "add", "command") for a in node.ancestors())


def _names_object(node: Node) -> bool:
    """Whether a name is that of an object of the chart."""
    parents = [ancestor.key for ancestor in node.ancestors()]
    return parents[:1] == ["metadata"] and len(parents) == 1 or parents[:1] == ["roleRef"]


def _name(chart: Chart, random: Random, bare: str) -> str:
    """A name made of the release's and, mostly, of what was there."""
    suffix = bare.rsplit("-", 1)[-1]
    return random.choice((
        f"{chart.action('.Release.Name')}-{bare}", f"{chart.action('.Release.Name')}-{suffix}",
        f"{chart.action(chart.helper('fullname'))}-{suffix}", chart.action(chart.helper("fullname")),
        chart.action(chart.helper("fullname", "template")), f'"{chart.action(chart.helper("fullname"))}"',
        chart.action(f'printf "%s-{bare}" .Release.Name'), bare,
    ))


def _image(draft: Draft, chart: Chart, random: Random, node: Node, bare: str) -> None:
    """An image from the values: wholly, or only its registry, so that its tag is still there to be judged."""
    line = draft.lines[node.line]
    repository, tag = chart.values("image", "repository"), chart.values("image", "tag")
    name, _, literal_tag = bare.partition("@")[0].rpartition(":") if ":" in bare.rsplit("/", 1)[-1] else (bare, "", "")
    choice = random.random()
    if choice < 0.3:
        expression = chart.action(chart.values("image") + f' | default "{bare}"')
        line.text = value_replaced(line.text, node, expression)
        return
    if choice < 0.45 and literal_tag and "@" not in bare:
        expression = chart.action(f'{repository} | default "{name}"')
        text = f'"{expression}:{literal_tag}"'
        line.text = value_replaced(line.text, node, text)
        return
    text = random.choice((
        f'"{chart.action(repository)}:{chart.action(tag)}"', f"{chart.action(repository)}:{chart.action(tag)}",
        f'"{chart.action(repository)}:{chart.action(f"{tag} | default .Chart.AppVersion")}"',
        chart.action(f'printf "%s:%s" {repository} {tag}'), chart.action(chart.helper("image")), chart.action(chart.values("image")),
        f'"{chart.action(".Values.global.registry")}/{chart.action(repository)}@{chart.action(chart.values("image", "digest"))}"',
    ))
    line.text = value_replaced(line.text, node, text)
    _hidden(draft, node)


def _is_valued(node: Node) -> bool:
    """Whether charts take such a value from their values."""
    return not any(ancestor.key in ("metadata", "selector", "roleRef", "subjects", "rules") for ancestor in node.ancestors())


def _value_path(node: Node) -> list[str]:
    """Where the values of a chart hold a setting."""
    keys = [key for key in node.path()[-3:] if key not in ("*", "spec", "template", "metadata", "data")]
    keys = [key for key in keys if key.replace("_", "").isalnum()]
    return keys or ["value"]


def _is_plain_literal(bare: str) -> bool:
    return bare in ("true", "false") or bare.isdigit()


def _hidden(draft: Draft, node: Node) -> None:
    """A value that nobody knows any more: its line, and what depends on it."""
    draft.lines[node.line].unsure = True
    draft.doubt(bearing(draft.outline, node))
