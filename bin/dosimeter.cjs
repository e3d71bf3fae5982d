#!/usr/bin/env node
// The fact store works on libuv's threads, and libuv reads this variable once, when its first thread starts. That is
// before any module of ours is loaded, so it is set here, in a file that loads synchronously. Each of the store's eight
// sessions holds a thread while its query runs; files, names, compression and signatures need some, too.
process.env.UV_THREADPOOL_SIZE ??= "16";
// The AWS SDK warns of Node.js versions its future releases will not run on; ours are pinned.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
import("../dist/src/main.js").then(({ main }) => main(process.argv.slice(2)));
