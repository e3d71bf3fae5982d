import { libchdbPath } from "chdb/libchdb";
import { DataType, load, open } from "ffi-rs";

/**
 * Becomes a ClickHouse server: the engine of the npm package has the whole of it, and its command line can be told to
 * listen. Does not return until it is killed, or after half an hour, should
 * the test that started it be gone. Arguments: folder, configuration file, HTTP port, TCP port.
 */
const [folder, configuration, httpPort, tcpPort] = process.argv.slice(2);
const commandLine = [
  "clickhouse",
  `--path=${folder}`,
  `--config-file=${configuration}`,
  `--http_port=${httpPort}`,
  `--tcp_port=${tcpPort}`,
  "--listen_host=127.0.0.1",
  "--multiquery",
  // A query that goes on keeps it alive.
  "--query=SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; " +
    "SELECT sleepEachRow(1) FROM numbers(1800) " +
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 300000000 FORMAT Null",
];

open({ library: "chdb", path: libchdbPath() });
load({
  library: "chdb",
  funcName: "chdb_query_cmdline",
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [commandLine.length, commandLine],
});
