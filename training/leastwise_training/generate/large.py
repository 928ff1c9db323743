"""What makes the pods of real programs long: what they are told, and what they mount."""

from __future__ import annotations

from collections.abc import Callable

from leastwise_training.generate.author import Author


def large_volumes(author: Author, source: Callable[[Author], dict]) -> list[dict]:
    """Three to nine volumes of every kind."""
    names = author.some(author.words("VOLUME_NAMES"), 3, 9)
    author.rng.shuffle(names)
    return [{"name": name, **source(author)} for name in names]


def enlarge(author: Author, container: dict) -> dict:
    """The container with more variables, arguments, mounts and hooks, its settings perhaps in another order."""
    if author.chance(0.75):
        container["env"] = _variables(author, container.get("env", []))
    if author.chance(0.45) and "-c" not in container.get("command", ()):
        container["args"] = [*container.get("args", ()), *_flags(author)]
    if author.chance(0.3):
        hooks = {
            "postStart": {"exec": {"command": ["/bin/sh", "-c", author.word("SCRIPTS").split(";")[0]]}},
            "preStop": author.choice(
                (
                    {"exec": {"command": ["sleep", str(author.choice((5, 15, 30)))]}},
                    {"httpGet": {"path": author.word("PATHS"), "port": author.word("PORTS")}},
                )
            ),
        }
        container["lifecycle"] = dict(author.some(tuple(hooks.items()), 1, 2))
    for mount in container.get("volumeMounts", ()):
        if author.chance(0.25):
            mount["subPath"] = author.word("SUBJECTS")
    return _arranged(author, container)


def _arranged(author: Author, container: dict) -> dict:
    """Security and resources before the long lists, after them, or one on each side of them."""
    settings = [key for key in ("securityContext", "resources", "imagePullPolicy") if key in container]
    early = settings if author.chance(0.2) else author.some(settings, 0, 1) if author.chance(0.4) else []
    late = [key for key in settings if key not in early] if author.chance(0.6) else []
    head = {key: container[key] for key in ("name", "image") if key in container}
    moved = {*head, *early, *late}
    return {
        **head,
        **{key: container[key] for key in early},
        **{key: value for key, value in container.items() if key not in moved},
        **{key: container[key] for key in late},
    }


def _variables(author: Author, known: list[dict]) -> list[dict]:
    """Eight to thirty variables, those known among them."""
    named = {variable["name"]: variable for variable in known}
    for _ in range(author.choice((8, 10, 12, 16, 20, 30))):
        name = "_".join(
            (*author.some(author.words("ENV_WORDS"), 1, author.choice((1, 1, 2))), author.word("ENV_ENDS"))
        )
        named.setdefault(name, {"name": name, **_value(author, name)})
    variables = list(named.values())
    if author.chance(0.5):
        author.rng.shuffle(variables)
    elif author.chance(0.3):
        variables.sort(key=lambda variable: variable["name"])
    return variables


def _value(author: Author, name: str) -> dict:
    drawn = author.rng.random()
    if drawn < 0.12:
        return {"valueFrom": {"configMapKeyRef": {"name": author.name(), "key": name.lower()}}}
    if drawn < 0.2:
        return {"valueFrom": {"secretKeyRef": {"name": author.name(), "key": name.lower().replace("_", "-")}}}
    if drawn < 0.26:
        return {"valueFrom": {"fieldRef": {"fieldPath": author.choice(("metadata.name", "metadata.namespace", "status.hostIP"))}}}
    if drawn < 0.3:
        return {"valueFrom": {"resourceFieldRef": {"resource": author.choice(("limits.memory", "limits.cpu", "requests.cpu"))}}}
    return {
        "value": author.choice(
            (
                "true", "false", "0", "1", str(author.rng.randint(2, 90000)), f"{author.rng.randint(1, 90)}s", "", author.name(),
                author.host(), f"http://{author.name()}.{author.word('NAMESPACES')}.svc:{author.word('PORTS')}",
                author.word("MOUNT_PATHS"), f"{author.word('SUBJECTS')},{author.word('SUBJECTS')}", author.image(),
                f'{{"{author.word("SUBJECTS")}": {{"level": "info", "size": {author.rng.randint(1, 64)}}}}}',
            )
        )
    }  # fmt: skip


def _flags(author: Author) -> list[str]:
    """Five to eighteen flags of a program."""
    flags: dict[str, str] = {}
    for _ in range(author.choice((5, 8, 12, 18))):
        name = f"--{author.word('ENV_WORDS')}-{author.word('ENV_ENDS')}".lower()
        value = author.choice(
            ("true", "false", "10s", str(author.rng.randint(1, 9999)), author.name(), author.word("MOUNT_PATHS"), f"$({author.word('ENV_WORDS')}_NAME)")
        )
        flags[name] = f"{name}={value}"
    return list(flags.values())
