const written = `
k8s kubernetes; js javascript; ts typescript; py python; postgres postgresql; mongo mongodb; psql postgresql
db database; dbs databases; repo repository; repos repositories; auth authentication; authn authentication; authz authorization
config configuration; configs configurations; env environment; envs environments; async asynchronous; sync synchronous
infra infrastructure; prod production; app application; apps applications; docs documentation
param parameter; params parameters; arg argument; args arguments; func function; fn function; var variable; vars variables
ack acknowledgement; acks acknowledgements; deps dependencies; perf performance; msg message; msgs messages; req request
i18n internationalization; l10n localization; a11y accessibility; o11y observability; ssl tls; max maximum; min minimum
fifo first in first out; lifo last in first out; lru least recently used; ttl time to live; wal write ahead log
mvcc multi version concurrency control; gc garbage collection; oop object oriented programming
vm virtual machine; vms virtual machines; lb load balancer; mq message queue; cdn content delivery network; ml machine learning
ioc inversion of control; tdd test driven development; orm object relational mapping
jwt json web token; xss cross site scripting; csrf cross site request forgery; e2e end to end; ssr server side rendering
`;

/** What is usually shortened, spelled out in words. All lower case. */
export const aliases: ReadonlyMap<string, readonly string[]> = new Map(
  written
    .trim()
    .split(/[;\n]/)
    .map((entry) => entry.trim().split(' '))
    .map(([short = '', ...words]) => [short, words]),
);
