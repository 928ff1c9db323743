// What the editor shows and does while a manifest is written.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { hands } from './outside.js';
import {
  actions,
  finding,
  finds,
  goTo,
  open,
  rules,
  tab,
  test,
  waitForRule,
  when,
  withSettings,
  write,
} from './test.js';

const { CodeActionKind, DiagnosticSeverity } = vscode;

/** Columns are UTF-16 code units: one for é, two for 𝛌. */
const WEB = `\
apiVersion: v1
kind: Pod
metadata: {name: café, namespace: shop}
spec:
  automountServiceAccountToken: false
  hostNetwork: yes # YAML 1.1 for true
  containers:
    - name: web
      image: registry.example.com/web:1.27
      resources: {limits: {memory: 64Mi}}
      securityContext: {seLinuxOptions: {level: "é𝛌"}, privileged: true, runAsNonRoot: true}
`;
const FOUND_IN_WEB = [
  '4:1 seccomp-profile-missing spec',
  '6:16 host-network yes',
  '11:7 capabilities-not-all-dropped securityContext',
  '11:7 privilege-escalation-allowed securityContext',
  '11:7 root-filesystem-writable securityContext',
  '11:69 privileged-container true',
];

test('findings stand at the characters that they are about', async () => {
  const document = await open(write('web.yaml', WEB));
  await finds(document, FOUND_IN_WEB);
  const { severity, source, code } = finding(document, 'privileged-container');
  assert.deepEqual([severity, source, code.value], [DiagnosticSeverity.Error, 'leastwise', 'privileged-container']);
  assert.equal(code.target.toString(true), 'command:leastwise.showRule?["privileged-container"]');
  assert.equal(finding(document, 'root-filesystem-writable').severity, DiagnosticSeverity.Information);
});

test('findings follow what is typed, and a half-typed line harms only itself', async () => {
  const document = await open(write('web.yaml', WEB));
  await finds(document, FOUND_IN_WEB);
  const editor = vscode.window.activeTextEditor;
  await editor.edit((edit) => edit.insert(new vscode.Position(7, 0), '    - {name: \n'));
  const moved = (line) => line.replace(/^11:/, '12:');
  await finds(document, FOUND_IN_WEB.map(moved));
  await vscode.commands.executeCommand('undo');
  await finds(document, FOUND_IN_WEB);
  assert.equal(document.getText(), WEB);
});

test('a text that is no file yet has findings, too', async () => {
  await vscode.commands.executeCommand('leastwise.openSample');
  const { document } = vscode.window.activeTextEditor;
  assert.equal(document.uri.scheme, 'untitled');
  await waitForRule(document, 'host-network');
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
});

test('a hover explains the finding and leads to its rule', async () => {
  const document = await open(write('web.yaml', WEB));
  await waitForRule(document, 'privileged-container');
  const at = finding(document, 'privileged-container').range.start;
  const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, at);
  const contents = hovers.flatMap((hover) => hover.contents);
  assert.match(contents[0].value, /`privileged-container`/);
  const links = contents.at(-1);
  assert.match(links.value, /\[privileged-container\]\(command:leastwise\.showRule\?/);
  assert.deepEqual(links.isTrusted, { enabledCommands: ['leastwise.showRule'] });
  assert.ok(!contents[0].isTrusted, 'what the server says runs no commands');
});

test('a lens above the workload tells its profile', async () => {
  const document = await open(write('web.yaml', WEB));
  await waitForRule(document, 'host-network');
  const lenses = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 10);
  const [lens] = lenses;
  assert.equal(lenses.length, 1);
  assert.equal(document.getText(lens.range), 'apiVersion');
  assert.match(lens.command.title, /^Pod Security Standards: privileged · to baseline: /);
});

test('a quick fix changes what it says and nothing else', async () => {
  const document = await open(write('web.yaml', WEB));
  await waitForRule(document, 'privileged-container');
  const offered = await actions(document, 'privileged-container', CodeActionKind.QuickFix);
  const fix = offered.get('Remove privileged (may change behaviour)');
  assert.ok(fix, [...offered.keys()].join());
  assert.ok(!fix.isPreferred, 'what may change behaviour is not preferred');
  assert.ok(await vscode.workspace.applyEdit(fix.edit));
  assert.equal(document.getText(), WEB.replace('privileged: true, ', ''));
  await waitForRule(document, 'privileged-container', false);
});

test('suppressing a finding writes a comment, and silences it only', async () => {
  const document = await open(write('web.yaml', WEB));
  await waitForRule(document, 'host-network');
  const offered = await actions(document, 'host-network', CodeActionKind.QuickFix);
  const suppress = offered.get('Ignore host-network on this object, with a reason');
  assert.ok(suppress, [...offered.keys()].join());
  assert.ok(await vscode.workspace.applyEdit(suppress.edit));
  assert.equal(document.getText(), `# leastwise: ignore-object[host-network] because …\n${WEB}`);
  await waitForRule(document, 'host-network', false);
  assert.deepEqual(
    rules(document),
    FOUND_IN_WEB.map((one) => one.split(' ')[1]).filter((rule) => rule !== 'host-network'),
  );
});

/** With a user that is not root, saying so changes nothing: a safe fix. Dropping capabilities may. */
const JOB = `\
apiVersion: batch/v1
kind: Job
metadata: {name: report, namespace: shop}
spec:
  template:
    spec:
      securityContext:
        runAsUser: 1000 # not root
      restartPolicy: Never
      containers:
        - name: report
          image: registry.example.com/report:2.0
`;
const JOB_SAFELY_FIXED = JOB.replace('# not root\n', '# not root\n        runAsNonRoot: true\n');

test('safe fixes are applied on saving, when the user wants it', async () => {
  const uri = write('job.yaml', JOB);
  const document = await open(uri);
  await waitForRule(document, 'run-as-non-root-not-enforced');
  await withSettings({ 'editor.codeActionsOnSave': { 'source.fixAll.leastwise': 'explicit' } }, async () => {
    await goTo(1, 1);
    await vscode.commands.executeCommand('type', { text: '# nightly\n' });
    await vscode.commands.executeCommand('workbench.action.files.save');
    assert.equal(readFileSync(uri.fsPath, 'utf8'), `# nightly\n${JOB_SAFELY_FIXED}`);
  });
  await waitForRule(document, 'run-as-non-root-not-enforced', false);
  assert.ok(rules(document).includes('capabilities-not-all-dropped'), 'what may change behaviour stays');
});

/** Waits until a change is shown, and returns the text as it would be. */
async function preview() {
  const shown = await tab('a change is shown', ({ input }) => input?.modified?.scheme === 'leastwise-preview');
  return (await vscode.workspace.openTextDocument(shown.input.modified)).getText();
}

const noPreview = () =>
  when(
    'the preview is closed',
    () => !vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ input }) => input?.modified)),
    vscode.window.tabGroups.onDidChangeTabs,
  );

const changes = vscode.workspace.onDidChangeTextDocument;

test('every safe fix of a file is shown before it is made', async () => {
  const document = await open(write('job.yaml', JOB));
  await waitForRule(document, 'run-as-non-root-not-enforced');
  void vscode.commands.executeCommand('leastwise.fixAll');
  assert.equal(await preview(), JOB_SAFELY_FIXED);
  assert.equal(document.getText(), JOB);
  await vscode.commands.executeCommand('leastwise.applyPreview');
  await when('the change is made', () => document.getText() === JOB_SAFELY_FIXED, changes);
});

test('a change is for the manifest that was in front last, when another page is', async () => {
  const document = await open(write('job.yaml', JOB));
  await waitForRule(document, 'run-as-non-root-not-enforced');
  await vscode.commands.executeCommand('leastwise.showRule', 'host-network');
  await when('no text is in front', () => !vscode.window.activeTextEditor, vscode.window.onDidChangeActiveTextEditor);
  void vscode.commands.executeCommand('leastwise.fixAll');
  assert.equal(await preview(), JOB_SAFELY_FIXED);
  await vscode.commands.executeCommand('leastwise.discardPreview');
  await noPreview();
});

test('where there is nothing to harden, that is said', async () => {
  await open(write('settings.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n'));
  await vscode.commands.executeCommand('leastwise.harden');
  await hands.seen('.notifications-toasts', 'There is nothing to harden at the cursor');
  await vscode.commands.executeCommand('notifications.clearAll');
});

/** What the restricted profile does not ask for is left, and so is what stands in a form that it allows. */
const HARDENED_WEB = `\
apiVersion: v1
kind: Pod
metadata: {name: café, namespace: shop}
spec:
  automountServiceAccountToken: false
  containers:
    - name: web
      image: registry.example.com/web:1.27
      resources: {limits: {memory: 64Mi}}
      securityContext: {seLinuxOptions: {level: "é𝛌"}, runAsNonRoot: true, capabilities: {drop: [ALL]}, allowPrivilegeEscalation: false}
  securityContext:
    seccompProfile:
      type: RuntimeDefault
`;

test('hardening is shown, discarded, shown again and made', async () => {
  const document = await open(write('web.yaml', WEB));
  await waitForRule(document, 'privileged-container');
  await goTo(9, 7);
  void vscode.commands.executeCommand('leastwise.harden');
  const hardened = await preview();
  await vscode.commands.executeCommand('leastwise.discardPreview');
  await noPreview();
  assert.equal(document.getText(), WEB);
  const isInFront = () => vscode.window.activeTextEditor?.document === document;
  await when('the text is in front', isInFront, vscode.window.onDidChangeActiveTextEditor);

  await goTo(9, 7);
  void vscode.commands.executeCommand('leastwise.harden');
  assert.equal(await preview(), hardened);
  await hands.seen('.monaco-diff-editor .view-line', 'drop');
  await hands.seen('.notifications-toasts', 'Apply');
  await hands.press('Control+Enter');
  await noPreview();
  await when('the change is made', () => document.getText() === hardened, changes);
  assert.equal(hardened, HARDENED_WEB);
  await finds(document, ['10:7 root-filesystem-writable securityContext']);
});

test('a change is not made to a text that has become another', async () => {
  const document = await open(write('web.yaml', WEB));
  await waitForRule(document, 'privileged-container');
  await goTo(9, 7);
  void vscode.commands.executeCommand('leastwise.harden');
  await preview();
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(0, 0), '# mine\n');
  await vscode.workspace.applyEdit(edit);
  await vscode.commands.executeCommand('leastwise.applyPreview');
  await noPreview();
  await hands.seen('.notifications-toasts', 'Nothing was changed');
  assert.equal(document.getText(), `# mine\n${WEB}`);
  await vscode.commands.executeCommand('notifications.clearAll');
});
