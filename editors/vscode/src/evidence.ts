// What the command does with evidence and with branches: `leastwise harden` and `leastwise prove`.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { output, run } from './program';
import type { Server } from './server';

/** Proposes what the evidence shows to be needed, as a text to look at. */
export async function hardenFromEvidence(server: Server): Promise<void> {
  const folder = await trustedFolder();
  if (!folder || !server.program || !(await knows(server, 'harden'))) return;
  const program = server.program.path;
  const logs = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: 'Use as Evidence',
    title: 'Audit logs, flows or records',
  });
  if (!logs?.length) return;
  const kinds = [
    { label: 'Tighten the roles', change: '--refine', target: 'role' },
    { label: 'Create roles', change: '--create', target: 'role' },
    { label: 'Tighten the network policies', change: '--refine', target: 'network-policy' },
    { label: 'Create network policies', change: '--create', target: 'network-policy' },
    { label: 'Harden the workloads', change: '--refine', target: 'workload' },
  ];
  const chosen = await vscode.window.showQuickPick(kinds, { placeHolder: 'What should follow from the evidence?' });
  if (!chosen) return;
  const evidence = logs.flatMap((log) => ['--evidence', log.fsPath]);
  const args = ['harden', chosen.change, chosen.target, ...evidence, '.'];
  const proposed = () =>
    withProgress('reading the evidence', (token) => output(program, args, [0], { cwd: folder, token }));
  const { stdout, stderr } = await proposed();
  const reasons = stderr.trimEnd().split('\n');
  if (chosen.change === '--create') {
    await show(`${reasons.map((line) => `# ${line}`.trimEnd()).join('\n')}\n${stdout}`, 'yaml');
    return;
  }
  await show(`${reasons.join('\n')}\n\n${stdout}`, 'diff');
  if (stdout === '') return;
  const apply = 'Change the Files';
  const question = 'Leastwise: this is what would change, and why. Nothing has been changed yet.';
  if ((await vscode.window.showInformationMessage(question, apply)) !== apply) return;
  if ((await proposed()).stdout !== stdout) {
    throw new Error('the files or the evidence have changed since this was shown. Nothing was changed; ask again.');
  }
  await output(program, [...args, '--write'], [0], { cwd: folder });
}

/** Proves what the folder as it is allows beyond what the base of a branch allows. */
export async function proveAgainstBase(server: Server): Promise<void> {
  const folder = await trustedFolder();
  if (!folder || !server.program || !(await knows(server, 'prove'))) return;
  const head = await run('git', ['symbolic-ref', '--short', 'refs/remotes/origin/HEAD'], { cwd: folder });
  const branch = await vscode.window.showInputBox({
    prompt: 'The branch whose common base with yours is the state before',
    value: head.code === 0 ? head.stdout.trim() : 'main',
    validateInput: (value) => (/^[^-\s]\S*$/.test(value) ? undefined : 'The name of a branch or a commit'),
  });
  if (!branch) return;
  const before = await mkdtemp(join(tmpdir(), 'leastwise-base-'));
  try {
    const { stdout } = await withProgress(`proving against ${branch}`, async (token) => {
      const base = (await output('git', ['merge-base', 'HEAD', branch], [0], { cwd: folder })).stdout.trim();
      // Only what lies in this folder, without touching the repository's index or files.
      const archive = join(before, 'base.tar');
      await output('git', ['archive', '--format=tar', `--output=${archive}`, base], [0], { cwd: folder, token });
      await output('tar', ['-xf', 'base.tar'], [0], { cwd: before, token });
      await rm(archive);
      // 0: narrower or equal, 1: broader, 3: undecided. All of them are answers.
      return output(server.program?.path ?? '', ['prove', before, '.'], [0, 1, 3], { cwd: folder, token });
    });
    await show(stdout, 'plaintext');
  } finally {
    await rm(before, { recursive: true, force: true });
  }
}

/** The folder to work in, if it is trusted; says so when not. */
async function trustedFolder(): Promise<string | undefined> {
  // The palette hides these commands then; a key or another extension can call them all the same.
  if (vscode.workspace.isTrusted) return folderToWorkIn();
  void vscode.window.showInformationMessage('Leastwise: this needs a workspace that you trust.');
  return undefined;
}

/** The workspace's only folder, or the one that the user picks. */
export async function folderToWorkIn(): Promise<string | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const folder = folders.length > 1 ? await vscode.window.showWorkspaceFolderPick() : folders[0];
  if (!folder) void vscode.window.showInformationMessage('Leastwise: open a folder first.');
  return folder?.uri.fsPath;
}

/** Whether the program in use has a command; says so when not. */
export async function knows(server: Server, command: string): Promise<boolean> {
  const known = (await run(server.program?.path ?? '', ['help', command])).code === 0;
  if (!known) {
    const which = `${server.program?.path} (${server.version ?? 'of unknown version'})`;
    void vscode.window.showWarningMessage(`Leastwise: ${which} has no command "${command}".`);
  }
  return known;
}

export function withProgress<T>(title: string, work: (token: vscode.CancellationToken) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Leastwise: ${title}`, cancellable: true };
  return Promise.resolve(vscode.window.withProgress(options, (_, token) => work(token)));
}

async function show(content: string, language: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  await vscode.window.showTextDocument(document, { preview: false });
}
