// PouchDB Server in memory, with one database that is called payroll.
// node PouchServer.js NODE_MODULES ADDRESS PORT LOG
const [modules, address, port, log] = process.argv.slice(2);
const load = (name) => require(`${modules}/${name}`);
const PouchDB = ["adapter-memory", "mapreduce", "replication", "find"].reduce(
  (core, name) => core.plugin(load(`pouchdb-${name}`)),
  load("pouchdb-core"),
);
const InMemory = PouchDB.defaults({ adapter: "memory" });
const app = load("express")();
app.use("/", load("express-pouchdb")(InMemory, { inMemoryConfig: true, logPath: log }));
new InMemory("payroll").info().then(() => app.listen(Number(port), address));
