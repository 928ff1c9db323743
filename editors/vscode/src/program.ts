// The `leastwise` program: where it is, and how to run its commands.

import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';

/** The program and where it was found. */
export interface Program {
  path: string;
  origin: 'setting' | 'bundled' | 'PATH';
}

/** What a finished command left. */
export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

const FILE_NAME = process.platform === 'win32' ? 'leastwise.exe' : 'leastwise';

/**
 * Looks for the program: the user's setting, then the one in this extension, then the PATH.
 *
 * @throws when the setting names something that cannot be run, or there is no program at all
 */
export function findProgram(context: vscode.ExtensionContext): Program {
  // Only the user's own value: a repository must not choose what is run.
  const chosen = vscode.workspace.getConfiguration('leastwise').inspect<string>('path')?.globalValue?.trim();
  if (chosen) {
    if (!isAbsolute(chosen)) throw new Error(`leastwise.path must be an absolute path, and is "${chosen}"`);
    if (!isExecutable(chosen)) throw new Error(`leastwise.path is "${chosen}", which cannot be run`);
    return { path: chosen, origin: 'setting' };
  }
  const bundled = context.asAbsolutePath(join('bundled', FILE_NAME));
  if (isExecutable(bundled)) return { path: bundled, origin: 'bundled' };
  // Relative folders on the PATH would be looked for in the opened repository.
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  const found = folders.map((folder) => join(folder, FILE_NAME)).find(isExecutable);
  if (found) return { path: found, origin: 'PATH' };
  throw new Error('there is no leastwise program in this extension or on the PATH; set leastwise.path');
}

/**
 * Runs a program to its end, without a shell. Cancelling ends it.
 *
 * @throws when it cannot be started, was cancelled, or was ended by a signal
 */
export function run(
  program: string,
  args: string[],
  options: { cwd?: string; token?: vscode.CancellationToken } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (options.token?.isCancellationRequested) return reject(new vscode.CancellationError());
    const child = spawn(program, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const cancelled = options.token?.onCancellationRequested(() => child.kill());
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => stdout.push(part));
    child.stderr.on('data', (part: Buffer) => stderr.push(part));
    child.on('error', (error) => {
      cancelled?.dispose();
      reject(error);
    });
    child.on('close', (code, signal) => {
      cancelled?.dispose();
      if (options.token?.isCancellationRequested) return reject(new vscode.CancellationError());
      if (code === null) return reject(new Error(`${program} was ended by ${signal}`));
      const text = (parts: Buffer[]) => Buffer.concat(parts).toString('utf8');
      resolve({ code, stdout: text(stdout), stderr: text(stderr) });
    });
  });
}

/**
 * What a command printed.
 *
 * @param accepted the exit codes that are answers; any other is an error
 * @throws with what it wrote on standard error
 */
export async function output(
  program: string,
  args: string[],
  accepted: number[],
  options: { cwd?: string; token?: vscode.CancellationToken } = {},
): Promise<Result> {
  const result = await run(program, args, options);
  if (!accepted.includes(result.code)) {
    throw new Error(result.stderr.trim() || `${program} ${args[0] ?? ''} ended with code ${result.code}`);
  }
  return result;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
