// The client of `vmlint server`: starts it, shows its state, and has the commands that need an editor.
import { homedir } from "node:os";
import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  type ExecuteCommandSignature,
  LanguageClient,
  type LanguageClientOptions,
  type LSPAny,
  RevealOutputChannelOn,
  type ServerOptions,
  State,
} from "vscode-languageclient/node";

const SECTION = "vmlint";
const SIDE = "vmlint-side";
const LANGUAGES = ["yaml", "json"];

// The server's commands that answer with a text, and the names of the documents that show it.
const TEXTS: Record<string, string> = { "vmlint.expand": "effective.yaml", "vmlint.diff": "changes.txt" };

let client: LanguageClient | undefined;
let status: vscode.StatusBarItem;
let output: vscode.LogOutputChannel;
let side: SideDocuments;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("vmlint", { log: true });
  side = new SideDocuments();
  status = vscode.window.createStatusBarItem("vmlint", vscode.StatusBarAlignment.Right);
  status.name = "vmlint";
  status.command = "vmlint.showOutput";
  const commands: Record<string, () => unknown> = {
    "vmlint.restart": restart,
    "vmlint.showOutput": () => output.show(),
    "vmlint.showEffective": () => ask("vmlint.expand"),
    "vmlint.showDiff": () => ask("vmlint.diff"),
    "vmlint.fixAll": fixAll,
  };
  context.subscriptions.push(
    output,
    status,
    vscode.workspace.registerTextDocumentContentProvider(SIDE, side),
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run)),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("vmlint.enable") || change.affectsConfiguration("vmlint.server")) {
        await restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function start(): Promise<void> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  if (!settings.get<boolean>("enable", true)) {
    show("$(circle-slash) vmlint", "vmlint is disabled");
    return;
  }
  client = new LanguageClient(SECTION, "vmlint", serverOptions(settings), clientOptions(settings));
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) {
      show("$(check) vmlint", "vmlint is running");
    } else if (newState === State.Starting) {
      show("$(sync~spin) vmlint", "vmlint is starting");
    } else {
      show("$(error) vmlint", "vmlint is not running");
    }
  });
  try {
    await client.start();
  } catch (error) {
    show("$(error) vmlint", "vmlint is not running");
    output.error(String(error));
    await explain(settings.get<string>("server.path", "vmlint"));
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.needsStop()) {
    await running.stop();
  }
  await running?.dispose();
}

async function restart(): Promise<void> {
  try {
    await stop();
  } catch (error) {
    output.warn(`the server did not stop: ${error}`);
  }
  await start();
}

function serverOptions(settings: vscode.WorkspaceConfiguration): ServerOptions {
  // The setting has the scope of the machine: a workspace can't name a program. The home folder is the working
  // directory, because Windows looks for programs there first, and a repository may hold one called `vmlint`.
  const command = settings.get<string>("server.path", "vmlint");
  return { command, args: ["server"], options: { cwd: homedir() } };
}

function clientOptions(settings: vscode.WorkspaceConfiguration): LanguageClientOptions {
  const names = ["files", "hints", "lenses", "settings"];
  return {
    documentSelector: LANGUAGES.map((language) => ({ scheme: "file", language })),
    initializationOptions: Object.fromEntries(names.map((name) => [name, settings.get(name)])),
    outputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    synchronize: { configurationSection: SECTION },
    middleware: { executeCommand: showText },
  };
}

// What the server answers with as text is shown beside the manifest.
async function showText(command: string, words: unknown[], next: ExecuteCommandSignature): Promise<unknown> {
  const answer = await next(command, words);
  const name = TEXTS[command];
  if (name !== undefined && typeof answer === "string") {
    await side.show(name, answer);
  }
  return answer;
}

// Ask the server about the VM at the cursor.
async function ask(command: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !client?.isRunning()) {
    return;
  }
  const uri = client.code2ProtocolConverter.asUri(editor.document.uri);
  const words = [uri, editor.selection.active.line];
  const request = (name: string, given: unknown[]) =>
    client?.sendRequest(ExecuteCommandRequest.type, { command: name, arguments: given as LSPAny[] });
  if (typeof (await showText(command, words, request)) !== "string") {
    vscode.window.setStatusBarMessage("vmlint: there is no VM at the cursor", 5000);
  }
}

async function fixAll(): Promise<void> {
  await vscode.commands.executeCommand("editor.action.codeAction", { kind: "source.fixAll.vmlint", apply: "first" });
}

async function explain(path: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(
    `vmlint: \`${path} server\` does not start. Install vmlint with its extra \`server\`, or set vmlint.server.path.`,
    "Show Output",
    "Open Settings",
  );
  if (choice === "Show Output") {
    output.show();
  } else if (choice === "Open Settings") {
    await vscode.commands.executeCommand("workbench.action.openSettings", "vmlint.server.path");
  }
}

function show(text: string, tooltip: string): void {
  status.text = text;
  status.tooltip = tooltip;
  status.show();
}

// Read-only documents with texts of the server.
class SideDocuments implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "";
  }

  async show(name: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SIDE, path: `/${name}` });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const column = vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(document, { viewColumn: column, preserveFocus: true, preview: true });
  }
}
