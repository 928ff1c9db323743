// The extension's commands, with the menus and dialogs that they ask by.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { auditEvent } from './audit.js';
import { hands } from './outside.js';
import { finds, folder, found, open, tab, test, when, write } from './test.js';

/** Waits until a text is in front that a command has made, and returns it. */
async function shownText(language) {
  const editor = await when(
    `a ${language} text is in front`,
    () => {
      const { document } = vscode.window.activeTextEditor ?? {};
      return document?.isUntitled && document.languageId === language && document.getText() && document;
    },
    vscode.window.onDidChangeActiveTextEditor,
    vscode.workspace.onDidChangeTextDocument,
  );
  return editor.getText();
}

async function closeUnsaved() {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}

/** Columns are counted in characters by the command, and in UTF-16 code units by the editor. */
const PIPE = `\
apiVersion: v1
kind: Pod
metadata: {name: pipe, namespace: shop}
spec:
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: pipe
      image: registry.example.com/pipe:1
      resources: {limits: {memory: 64Mi}}
      securityContext: {seLinuxOptions: {level: "é𝛌"}, privileged: true, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
`;
const FOUND_IN_PIPE = ['11:7 privilege-escalation-allowed securityContext', '11:69 privileged-container true'];

test('checking the workspace finds what is in files that are not open, at the same places', async () => {
  const uri = write('deploy/pipe.yaml', PIPE);
  await vscode.commands.executeCommand('leastwise.checkWorkspace');
  const closed = {
    uri,
    getText: (range) => PIPE.split('\n')[range.start.line].slice(range.start.character, range.end.character),
  };
  assert.deepEqual(found(closed), FOUND_IN_PIPE);
  // Opened, it is the server's: nothing is found twice.
  const document = await open(uri);
  await finds(document, FOUND_IN_PIPE);
});

test('findings of a check go when their file changes', async () => {
  const uri = write('deploy/pipe.yaml', PIPE);
  await vscode.commands.executeCommand('leastwise.checkWorkspace');
  assert.equal(vscode.languages.getDiagnostics(uri).length, FOUND_IN_PIPE.length);
  write('deploy/pipe.yaml', PIPE.replace('privileged: true, ', ''));
  await when(
    'they are gone',
    () => vscode.languages.getDiagnostics(uri).length === 0,
    vscode.languages.onDidChangeDiagnostics,
  );
});

test('the tree names its rows, and keys lead from it to a finding', async () => {
  write('deploy/pipe.yaml', PIPE);
  await vscode.commands.executeCommand('leastwise.checkWorkspace');
  await hands.named('.monaco-list-row', 'Pod pipe in deploy/pipe.yaml: 1 from baseline, 2 from restricted');
  const said = 'error: Container "pipe" is privileged: it can do what the node\'s root can, privileged-container';
  await hands.named('.monaco-list-row', said);
  await vscode.commands.executeCommand('leastwise.findings.focus');
  await hands.seen('.monaco-list:focus .monaco-list-row', 'Pod pipe');
  await hands.press('End');
  await hands.seen('.monaco-list:focus .monaco-list-row.focused', 'privileged');
  await hands.press('Enter');
  await when(
    'the finding is in front',
    () => {
      const { document, selection } = vscode.window.activeTextEditor ?? {};
      const isAtFinding = selection?.start.isEqual(new vscode.Position(10, 68));
      return document?.uri.path.endsWith('/pipe.yaml') && isAtFinding;
    },
    vscode.window.onDidChangeActiveTextEditor,
    vscode.window.onDidChangeTextEditorSelection,
  );
});

test("a rule's page is read inside the editor", async () => {
  await vscode.commands.executeCommand('leastwise.showRule', 'host-network');
  await tab('the page is shown', ({ label }) => /host-network/.test(label));
  assert.match(await hands.webview('body', 'host-network'), /network namespace/);
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  // What is no rule's name becomes no argument.
  await vscode.commands.executeCommand('leastwise.showRule', '--help');
  assert.deepEqual(
    vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs),
    [],
  );
});

test('a rule is chosen by its name or its title', async () => {
  void vscode.commands.executeCommand('leastwise.showRule');
  await hands.find('host-pid');
  await tab('the page is shown', ({ label }) => /host-pid/.test(label));
});

test('findings are exported as SARIF', async () => {
  write('deploy/pipe.yaml', PIPE);
  const target = join(folder(), 'leastwise.sarif');
  const exporting = vscode.commands.executeCommand('leastwise.exportSarif');
  await hands.accept(target);
  await exporting;
  try {
    const log = JSON.parse(readFileSync(target, 'utf8'));
    assert.equal(log.version, '2.1.0');
    const [{ tool, results }] = log.runs;
    assert.equal(tool.driver.name, 'leastwise');
    const known = new Set(tool.driver.rules.map(({ id }) => id));
    assert.ok(results.every(({ ruleId }) => known.has(ruleId)));
    const inPipe = results.filter(({ locations: [{ physicalLocation }] }) =>
      /pipe\.yaml$/.test(physicalLocation.artifactLocation.uri),
    );
    const places = inPipe.map(
      ({ ruleId, locations: [{ physicalLocation }] }) => `${physicalLocation.region.startLine} ${ruleId}`,
    );
    assert.deepEqual(places.sort(), ['11 privilege-escalation-allowed', '11 privileged-container']);
  } finally {
    rmSync(target, { force: true });
  }
});

test('a profile is chosen, and counts in this workspace', async () => {
  const document = await open(write('pipe.yaml', PIPE));
  await finds(document, FOUND_IN_PIPE);
  const choosing = vscode.commands.executeCommand('leastwise.chooseProfile');
  await hands.choose('baseline');
  await choosing;
  try {
    await finds(document, ['11:69 privileged-container true']);
    await hands.named('a', 'Leastwise: profile baseline, from the setting leastwise.profile; model none fetched; evidence none');
  } finally {
    await vscode.workspace
      .getConfiguration('leastwise')
      .update('profile', undefined, vscode.ConfigurationTarget.Workspace);
  }
});

const ROLE = `\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules:
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects:
  - {kind: ServiceAccount, name: cart, namespace: shop}
`;

test('a branch is proved against its base', async () => {
  // A repository of this test's own, whatever this machine's settings of Git are.
  const git = (...args) =>
    execFileSync(
      'git',
      ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main', ...args],
      {
        cwd: folder(),
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
        stdio: 'pipe',
      },
    );
  const role = write('role.yaml', ROLE);
  git('init', '--quiet');
  try {
    git('add', 'role.yaml');
    git('commit', '--quiet', '-m', 'as it was');
    git('switch', '--quiet', '-c', 'more');
    write('role.yaml', ROLE.replace('[get]', '[get, delete]'));
    const proving = vscode.commands.executeCommand('leastwise.proveAgainstBase');
    await hands.answer('main');
    const text = await shownText('plaintext');
    await proving;
    assert.match(text, /delete configmaps in shop, to ServiceAccount shop\/cart, by \S*role\.yaml:6/);
    assert.match(text, /broader: more is allowed than before/);
    assert.ok(
      existsSync(role.fsPath) && git('status', '--porcelain', 'role.yaml').toString() === ' M role.yaml\n',
      'nothing was changed',
    );
    await closeUnsaved();

    const wrong = vscode.commands.executeCommand('leastwise.proveAgainstBase');
    await hands.answer('no-such-branch');
    await wrong;
    await hands.seen('.notifications-toasts', 'no-such-branch');
    await vscode.commands.executeCommand('notifications.clearAll');
  } finally {
    rmSync(join(folder(), '.git'), { recursive: true });
  }
});

const TIGHTENED_ROLE = ROLE.replace('verbs: [get]\n', 'verbs: [get]\n    resourceNames:\n      - cart\n');

test('roles are tightened to the evidence, shown with the reasons before the files change', async () => {
  const role = write('role.yaml', ROLE.replace('[get]', '[get, delete]'));
  write('audit.log', auditEvent());
  const hardening = vscode.commands.executeCommand('leastwise.hardenFromEvidence');
  await hands.choose('audit.log');
  await hands.choose('Tighten the roles');
  const text = await shownText('diff');
  assert.match(text, /take away verb "delete": none of 1 request .* used it/);
  assert.match(text, /^- {4}verbs: \[get, delete\]\n\+ {4}verbs: \[get\]\n\+ {4}resourceNames:\n\+ {6}- cart$/m);
  assert.equal(readFileSync(role.fsPath, 'utf8'), ROLE.replace('[get]', '[get, delete]'));
  await closeUnsaved();
  await hands.click('.notifications-toasts .monaco-button', 'Change the Files');
  await hardening;
  assert.equal(readFileSync(role.fsPath, 'utf8'), TIGHTENED_ROLE);
});

test('roles are made of the evidence', async () => {
  write('audit.log', auditEvent());
  const hardening = vscode.commands.executeCommand('leastwise.hardenFromEvidence');
  await hands.choose('audit.log');
  await hands.choose('Create roles');
  const text = await shownText('yaml');
  await hardening;
  assert.match(text, /^# .*get configmaps/m);
  assert.match(
    text,
    /^kind: Role$[\s\S]*^ {2}resourceNames:\n {2}- cart\n {2}verbs:\n {2}- get$[\s\S]*^kind: RoleBinding$/m,
  );
  await closeUnsaved();
});

const CART = `\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {serviceAccountName: cart, containers: [{name: cart, image: cart:1}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects: [{kind: ServiceAccount, name: cart}]
`;

test('the blast radius of a workload is drawn, greys what evidence never showed, leads to the text, and is kept', async () => {
  const workload = write('deploy/cart-app.yaml', CART);
  const role = write('deploy/role.yaml', ROLE.replace('[configmaps]', '[configmaps, secrets]'));
  write('audit.log', auditEvent());
  await vscode.commands.executeCommand('leastwise.showGraph', 'shop/Deployment/cart');
  const shown = await tab('the picture is there', (one) => one.input?.viewType?.endsWith('leastwise.graph'));
  assert.equal(shown.label, 'shop/Deployment/cart');
  assert.match(await hands.webview('g[data-node]', 'secrets'), /^secrets: get. Take care: secrets open other doors/);
  await hands.clickInWebview('#evidence');
  await hands.choose('audit.log');
  assert.match(await hands.webview('g.unused[data-node]', 'secrets'), /^secrets: get \(not seen used\)/);
  assert.match(await hands.webview('g.used[data-node]', 'configmaps'), /^configmaps: get \(used\)/);
  await hands.clickInWebview('#unused');
  await hands.picture('blast-radius');
  // Its box leads to the item of the role.
  await hands.clickInWebview('g.unused[data-node]', 'secrets');
  await when(
    'the item of the role is in front',
    () => {
      const { document, selection } = vscode.window.activeTextEditor ?? {};
      const word = () => document.getText(document.getWordRangeAtPosition(selection.active));
      return document?.uri.fsPath === role.fsPath && word() === 'secrets';
    },
    vscode.window.onDidChangeActiveTextEditor,
    vscode.window.onDidChangeTextEditorSelection,
  );
  await hands.clickInWebview('#keep');
  const kept = join(folder(), 'shop-Deployment-cart.svg');
  await hands.accept(kept);
  await when('it is written', () => existsSync(kept), vscode.workspace.createFileSystemWatcher('**/*.svg').onDidCreate);
  assert.match(readFileSync(kept, 'utf8'), /^<svg /);
  rmSync(kept);
  assert.equal(readFileSync(workload.fsPath, 'utf8'), CART);
});
