"""Files and objects of other tools that run a command: pipelines, provisioning, programs, hooks of operators."""

from __future__ import annotations

import json
from collections.abc import Callable

from . import frames, ordinary
from .texts import Script, Text
from .vocabulary import Choices, Words
from .wrappings import indented


def file(words: Words, names: tuple[str, ...], lines: list[str | Text]) -> dict:
    """A ConfigMap with a file, and sometimes with a setting beside it."""
    data: dict = dict(words.setting() for _ in range(words.rng.choice((0, 0, 1, 2))))
    return frames.config_map(words, data | {words.rng.choice(names): Script(lines, one_line=False)})


def joined(lines: list[Text]) -> Text:
    """The lines as one."""
    return Script(lines).joined(" && ")


def encoded(lines: list[Text]) -> Text:
    """The lines as one, in double quotes."""
    text = joined(lines)
    return text.with_value(json.dumps(str(text), ensure_ascii=False))


def beside(lines: list[Text], before: str, after: str = "") -> Text:
    """The lines as one text in double quotes, with words around it."""
    text = encoded(lines)
    return text.with_value(f"{before}{text}{after}")


def jenkinsfile(words: Words, lines: list[Text]) -> dict:
    body = ["pipeline {", "  agent any", "  stages {", f"    stage('{words.thing()}') {{", "      steps {", "        sh '''", *indented(lines, 10), "        '''", "      }", "    }", "  }", "}"]
    return file(words, ("Jenkinsfile", "pipeline.groovy", "Jenkinsfile.deploy"), body)


def ansible(words: Words, lines: list[Text]) -> dict:
    module = words.rng.choice(("shell", "ansible.builtin.shell"))
    body = [f"- hosts: {words.rng.choice(('all', 'nodes', 'workers'))}", "  become: true", "  tasks:", f"    - name: {words.comment()}", f"      {module}: |", *indented(lines, 8), "      args:", "        executable: /bin/bash"]
    return file(words, ("playbook.yml", "site.yml", "tasks.yaml"), body)


def terraform(words: Words, lines: list[Text]) -> dict:
    body = [f'resource "null_resource" "{words.thing()}" {{', '  provisioner "local-exec" {', "    command = <<-EOT", *indented(lines, 6), "    EOT", "  }", "}"]
    return file(words, ("main.tf", "bootstrap.tf"), body)


def terraform_user_data(words: Words, lines: list[Text]) -> dict:
    body = [f'resource "aws_launch_template" "{words.thing()}" {{', '  instance_type = "m6i.large"', "  user_data = <<-EOF", "    #!/bin/bash", *indented(lines, 4), "  EOF", "}"]
    return file(words, ("nodes.tf", "workers.tf"), body)


def workflow_file(words: Words, lines: list[Text]) -> dict:
    body = ["on: push", "jobs:", "  build:", "    runs-on: self-hosted", "    steps:", "      - uses: actions/checkout@v4", f"      - name: {words.thing()}", "        run: |", *indented(lines, 10)]
    return file(words, ("ci.yaml", "release.yml", "workflow.yaml"), body)


def drone(words: Words, lines: list[Text]) -> dict:
    body = ["kind: pipeline", "type: kubernetes", "steps:", f"  - name: {words.thing()}", f"    image: {words.image()}", "    commands:", *[line.with_value(f"      - {json.dumps(str(line), ensure_ascii=False)}") for line in lines]]
    return file(words, (".drone.yml", ".woodpecker.yaml", "cloudbuild.yaml"), body)


def package_json(words: Words, lines: list[Text]) -> dict:
    key = words.rng.choice(("postinstall", "preinstall", "prestart", "start", "build"))
    body = ["{", f'  "name": "{words.name()}",', '  "version": "1.4.0",', '  "scripts": {', beside(lines, f'    "{key}": ', ","), '    "test": "jest"', "  }", "}"]
    return file(words, ("package.json",), body)


def compose(words: Words, lines: list[Text]) -> dict:
    body = ["services:", f"  {words.thing()}:", f"    image: {words.image()}", "    restart: unless-stopped", beside(lines, '    command: ["sh", "-c", ', "]")]
    return file(words, ("docker-compose.yml", "compose.yaml"), body)


def supervisor(words: Words, lines: list[Text]) -> dict:
    body = ["[supervisord]", "nodaemon=true", f"[program:{words.thing()}]", beside(lines, "command=/bin/sh -c "), "autorestart=true"]
    return file(words, ("supervisord.conf", "programs.conf"), body)


def nginx_lua(words: Words, lines: list[Text]) -> dict:
    text = joined(lines)
    body = ["server {", f"  listen {words.port()};", f"  location /{words.thing()} {{", "    content_by_lua_block {", text.with_value(f"      os.execute([[{text}]])"), "      ngx.say('ok')", "    }", "  }", "}"]
    return file(words, ("nginx.conf", "default.conf", "hooks.conf"), body)


def groovy(words: Words, lines: list[Text]) -> dict:
    return file(words, ("init.groovy", "startup.groovy", "basic.groovy"), ["import jenkins.model.Jenkins", "", "def instance = Jenkins.getInstance()", beside(lines, "['sh', '-c', ", "].execute().waitFor()"), "instance.save()"])


def python_file(words: Words, lines: list[Text]) -> dict:
    call = words.rng.choice((("subprocess.run(", ", shell=True, check=True)"), ("subprocess.Popen(", ", shell=True)"), ("os.system(", ")"), ("subprocess.check_output(['/bin/bash', '-c', ", "])")))
    body = ["import os", "import subprocess", "", "def main():", f"    print('{words.thing()} starts')", beside(lines, f"    {call[0]}", call[1]), "", "if __name__ == '__main__':", "    main()"]
    return file(words, ("main.py", "hook.py", "handler.py", "job.py"), body)


def node_file(words: Words, lines: list[Text]) -> dict:
    body = ["const { execSync } = require('child_process');", "", "async function main() {", f"  console.log('{words.thing()}');", beside(lines, "  execSync(", ", { stdio: 'inherit' });"), "}", "main();"]
    return file(words, ("index.js", "hook.mjs", "server.js"), body)


def php_file(words: Words, lines: list[Text]) -> dict:
    return file(words, ("cron.php", "hook.php"), ["<?php", f"$name = '{words.thing()}';", beside(lines, words.rng.choice(("shell_exec(", "exec(", "passthru(")), ");"), "echo $name;"])


def ruby_file(words: Words, lines: list[Text]) -> dict:
    return file(words, ("task.rb", "Rakefile"), ["require 'json'", "task :prepare do", beside(lines, "  sh "), "end"])


def perl_file(words: Words, lines: list[Text]) -> dict:
    text = joined(lines)
    return file(words, ("run.pl", "check.pl"), ["#!/usr/bin/perl", "use strict;", text.with_value(f"system(q^{text}^);"), "exit 0;"])


def go_file(words: Words, lines: list[Text]) -> dict:
    body = ["package main", 'import "os/exec"', "func main() {", beside(lines, '  out, err := exec.Command("sh", "-c", ', ").CombinedOutput()"), "  if err != nil { panic(err) }", "  println(string(out))", "}"]
    return file(words, ("main.go", "run.go"), body)


def java_file(words: Words, lines: list[Text]) -> dict:
    body = ["public class Main {", "  public static void main(String[] args) throws Exception {", beside(lines, '    new ProcessBuilder("sh", "-c", ', ").inheritIO().start().waitFor();"), "  }", "}"]
    return file(words, ("Main.java", "Hook.java"), body)


def sql_file(words: Words, lines: list[Text]) -> dict:
    text = joined(lines)
    return file(words, ("init.sql", "01-setup.sql"), [f"CREATE TABLE {words.database()}_log (line text);", text.with_value(f"COPY {words.database()}_log FROM PROGRAM $p${text}$p$;"), f"SELECT count(*) FROM {words.database()}_log;"])


def runner_config(words: Words, lines: list[Text]) -> dict:
    body = ["concurrent = 4", "[[runners]]", f'  name = "{words.name()}"', '  executor = "kubernetes"', '  pre_build_script = """', *indented(lines, 4), '  """']
    return file(words, ("config.toml", "config.template.toml"), body)


def logrotate(words: Words, lines: list[Text]) -> dict:
    return file(words, ("logrotate.conf", words.thing()), [f"/var/log/{words.thing()}/*.log {{", "  daily", "  rotate 7", "  postrotate", *indented(lines, 4), "  endscript", "}"])


def profile(words: Words, lines: list[Text]) -> dict:
    return file(words, (".bashrc", ".profile", "rc.local", "post-merge", "pre-commit", "90-local", "docker-entrypoint.sh"), ["# ~ local settings", "alias ll='ls -l'", *ordinary.around(words, lines)])


def udev(words: Words, lines: list[Text]) -> dict:
    return file(words, ("99-local.rules",), ['# devices of the node', beside(lines, 'ACTION=="add", SUBSYSTEM=="block", RUN+="/bin/sh -c ', '"')])


def alert_hook(words: Words, lines: list[Text]) -> dict:
    body = ["hooks:", f"  - id: {words.thing()}", "    execute-command: /bin/sh", "    pass-arguments-to-command:", "      - source: string", beside(lines, "        name: ")]
    return file(words, ("hooks.yaml", "actions.yaml"), body)


def chart_values(words: Words, lines: list[Text]) -> dict:
    rng = words.rng
    init = {"name": words.thing(), "image": words.image(), "command": [*frames.shell_call(words), Script(lines)]}
    values: dict = rng.choice((
        {"initContainers": [init]}, {"extraInitContainers": [init]}, {"sidecars": [init]}, {"server": {"extraContainers": [init]}},
        {"primary": {"initdb": {"scripts": {"00-setup.sh": Script(lines)}}}}, {"initdbScripts": {words.rng.choice(("setup.sh", "a.sh")): Script(lines)}},
        {"lifecycleHooks": {"postStart": {"exec": {"command": [*frames.shell_call(words), Script(lines)]}}}},
        {"controller": {"customCommand": [*frames.shell_call(words), Script(lines)]}}, {"master": {"preExecCmds": Script(lines)}},
    ))  # fmt: skip
    values = dict(rng.sample([*values.items(), ("replicaCount", 2), ("resources", frames.resources(words))], 3))
    return {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": frames.metadata(words, []), "spec": {"interval": "10m", "chart": {"spec": {"chart": words.thing(), "version": words.version()}}, "values": values}}


def plugin(words: Words, lines: list[Text]) -> dict:
    spec = {"version": "v1.0", words.rng.choice(("init", "generate")): {"command": ["sh", "-c"], "args": [Script(lines)]}, "discover": {"fileName": "./subdir/s*.yaml"}}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "ConfigManagementPlugin", "metadata": {"name": words.name()}, "spec": spec}


def workflow_container(words: Words, lines: list[Text]) -> dict:
    template = {"name": words.thing(), "container": {"image": words.image(), "command": frames.shell_call(words), "args": [Script(lines)]}}
    first = {"name": "main", "steps": [[{"name": "first", "template": template["name"]}]]}
    kind = words.rng.choice(("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"))
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": frames.metadata(words, []), "spec": {"entrypoint": "main", "templates": [first, template]}}


def pipeline(words: Words, lines: list[Text]) -> dict:
    steps = [{"name": "first", "image": words.image(), "script": Script(["#!/usr/bin/env bash", "set -e", *lines], one_line=False)}]
    return {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": frames.metadata(words, []), "spec": {"tasks": [{"name": words.thing(), "taskSpec": {"steps": steps}}]}}


def virtual_machine(words: Words, lines: list[Text]) -> dict:
    data = Script(["#cloud-config", "ssh_pwauth: false", "runcmd:", "  - |", *indented(lines, 4)], one_line=False)
    volumes = [{"name": "root", "containerDisk": {"image": words.image()}}, {"name": "init", "cloudInitNoCloud": {"userData": data}}]
    return {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": frames.metadata(words, []), "spec": {"runStrategy": "Always", "template": {"spec": {"domain": {"devices": {}}, "volumes": volumes}}}}


def kubeadm(words: Words, lines: list[Text]) -> dict:
    spec = words.rng.choice((
        {"preKubeadmCommands": ["hostnamectl set-hostname node", *lines]}, {"postKubeadmCommands": [*lines, "kubectl taint nodes --all x-"]},
        {"files": [{"path": "/etc/kubernetes/pre.sh", "permissions": "0755", "content": Script(["#!/bin/bash", *lines], one_line=False)}]},
    ))  # fmt: skip
    return {"apiVersion": "bootstrap.cluster.x-k8s.io/v1beta1", "kind": "KubeadmConfigTemplate", "metadata": frames.metadata(words, []), "spec": {"template": {"spec": spec}}}


def node_class(words: Words, lines: list[Text]) -> dict:
    spec = {"amiFamily": "AL2023", "role": f"node-{words.thing()}", "userData": Script(["#!/bin/bash", "set -ex", *lines], one_line=False)}
    return {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "metadata": frames.metadata(words, []), "spec": spec}


def injecting_policy(words: Words, lines: list[Text]) -> dict:
    init = {"name": words.thing(), "image": words.image(), "command": [*frames.shell_call(words), Script(lines)]}
    rule = {"name": "inject", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "mutate": {"patchStrategicMerge": {"spec": {"initContainers": [init]}}}}
    return {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": frames.metadata(words, []), "spec": {"rules": [rule]}}


def build_config(words: Words, lines: list[Text]) -> dict:
    spec: dict = {"output": {"to": {"kind": "ImageStreamTag", "name": f"{words.thing()}:latest"}}}
    if words.chance(0.5):
        spec["source"] = {"dockerfile": Script([f"FROM {words.image()}", *[line.with_value(f"RUN {line}") for line in lines], "USER 1001"], one_line=False)}
    else:
        spec["postCommit"] = {"script": joined(lines)}
    return {"apiVersion": "build.openshift.io/v1", "kind": "BuildConfig", "metadata": frames.metadata(words, []), "spec": spec}


def workspace(words: Words, lines: list[Text]) -> dict:
    commands = [{"id": words.thing(), "exec": {"component": "tools", "commandLine": joined(lines)}}]
    return {"apiVersion": "workspace.devfile.io/v1alpha2", "kind": "DevWorkspace", "metadata": frames.metadata(words, []), "spec": {"started": True, "template": {"commands": commands}}}


def backup_hook(words: Words, lines: list[Text]) -> dict:
    hook = {"exec": {"container": words.thing(), "command": [*frames.shell_call(words), Script(lines)], "onError": "Fail"}}
    resources = [{"name": words.thing(), "includedNamespaces": [words.space()], words.rng.choice(("pre", "post")): [hook]}]
    return {"apiVersion": "velero.io/v1", "kind": words.rng.choice(("Backup", "Restore")), "metadata": frames.metadata(words, []), "spec": {"ttl": "24h0m0s", "hooks": {"resources": resources}}}


def annotated_hook(words: Words, lines: list[Text]) -> dict:
    text = joined(lines)
    value = text.with_value(json.dumps(["/bin/sh", "-c", str(text)], ensure_ascii=False))
    key = words.rng.choice(("pre.hook.backup.velero.io/command", "post.hook.backup.velero.io/command", f"{words.company()}.io/on-start"))
    return frames.wrapped(words, words.rng.choice(("Deployment", "Pod", "StatefulSet")), frames.pod_spec(words, 0.2), [frames.Annotation(key, value)])


def sensor(words: Words, lines: list[Text]) -> dict:
    job = frames.wrapped(words, "Job", {"containers": [{"name": words.name(), "image": words.image(), "command": [*frames.shell_call(words), Script(lines)]}]}, [])
    trigger = {"template": {"name": words.thing(), "k8s": {"operation": "create", "source": {"resource": job}}}}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Sensor", "metadata": frames.metadata(words, []), "spec": {"dependencies": [{"name": "hook", "eventSourceName": words.thing(), "eventName": "push"}], "triggers": [trigger]}}


def blueprint(words: Words, lines: list[Text]) -> dict:
    phase = {"func": "KubeTask", "name": words.thing(), "args": {"image": words.image(), "command": [*frames.shell_call(words), Script(lines)]}}
    return {"apiVersion": "cr.kanister.io/v1alpha1", "kind": "Blueprint", "metadata": frames.metadata(words, []), "actions": {"backup": {"phases": [phase]}}}


PLACES: dict[str, Callable[[Words, list[Text]], dict]] = {
    it.__name__: it
    for it in (
        jenkinsfile, ansible, terraform, terraform_user_data, workflow_file, drone, package_json, compose, supervisor, nginx_lua, groovy,
        python_file, node_file, php_file, ruby_file, perl_file, go_file, java_file, sql_file, runner_config, logrotate, profile, udev, alert_hook,
        chart_values, plugin, workflow_container, pipeline, virtual_machine, kubeadm, node_class, injecting_policy, build_config, workspace,
        backup_hook, annotated_hook, sensor, blueprint,
    )
}  # fmt: skip
NAMES = Choices(*PLACES)
JOINED = frozenset(
    ("package_json", "compose", "supervisor", "nginx_lua", "groovy", "python_file", "node_file", "php_file", "ruby_file", "perl_file", "go_file",
     "java_file", "sql_file", "udev", "alert_hook", "drone", "kubeadm", "build_config", "workspace", "annotated_hook")
)  # fmt: skip
"""Places whose command is one line, or a list of lines that each stand alone."""


def placed(words: Words, lines: list[Text]) -> tuple[dict, str] | None:
    """A document that runs the lines, and its structure's name; nothing where the split has no place for them."""
    single = Script(lines).one_line
    fitting = [name for name in NAMES.of(words.split) if single or name not in JOINED]
    if not fitting:
        return None
    name = words.rng.choice(fitting)
    body = lines if name in JOINED or words.chance(0.4) else ordinary.around(words, lines)
    return PLACES[name](words, body), f"place.{name}"
