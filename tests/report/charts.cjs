// charts.cjs FOLDER: reads Mermaid charts as Mermaid itself does, with the packages in FOLDER/node_modules. Standard input:
// a JSON array of charts' texts. Standard output: a JSON array of what it found in each: {title, axis, tasks} or {error}.
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const packages = path.resolve(process.argv[2], 'node_modules');
const { window } = require(path.join(packages, 'linkedom')).parseHTML('<html><body></body></html>');
globalThis.window = window; // Mermaid cleans labels with a library that asks for a document
globalThis.document = window.document;
vm.runInThisContext(fs.readFileSync(path.join(packages, '@mermaid-js/tiny/dist/mermaid.tiny.js'), 'utf8'));
const { mermaid } = globalThis;

// What Mermaid does to its own escapes after it has drawn (decodeEntities), and then a browser to its.
function shown(text) {
    return text.replace(/ﬂ°°/g, '&#').replace(/ﬂ°/g, '&').replace(/¶ß/g, ';')
        .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).trim();
}

async function read(text) {
    try {
        await mermaid.parse(text);
        const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
        const day = new Date(2000, 0, 1).getTime();
        const tasks = db.getTasks().map((task) => ({
            section: shown(task.section), label: shown(task.task), from: task.startTime - day,
            ms: task.endTime - task.startTime,
            mark: ['done', 'crit', 'active', 'milestone'].filter((mark) => task[mark]).join(' '),
        }));
        return { title: db.getDiagramTitle(), axis: db.getAxisFormat(), tasks };
    } catch (error) {
        return { error: String(error) };
    }
}

Promise.all(JSON.parse(fs.readFileSync(0, 'utf8')).map(read))
    .then((found) => process.stdout.write(JSON.stringify(found)));
