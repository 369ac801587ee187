#!/usr/bin/env bash
# A Spark standalone cluster on loopback: one master and two workers of one core and 1 GiB each.
#   scripts/spark-cluster.sh start   prints the master's address when both workers have registered
#   scripts/spark-cluster.sh stop    ends exactly the processes that start began
# State (process ids, logs, work) lives in SPARK_CLUSTER_HOME, by default data/spark-cluster.
set -euo pipefail
cd "$(dirname "$0")/.."

home=${SPARK_CLUSTER_HOME:-data/spark-cluster}
port=${SPARK_CLUSTER_PORT:-7177}
python=${PYTHON_BIN:-.venv/bin/python}

start() {
    mkdir -p "$home/logs" "$home/work"
    if [ -f "$home/pids" ]; then
        echo "a cluster is already recorded in $home/pids; stop it first" >&2
        exit 1
    fi
    SPARK_HOME=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
    export SPARK_HOME SPARK_LOCAL_IP=127.0.0.1 SPARK_NO_DAEMONIZE=1
    launch master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port "$port" --webui-port 0
    wait_for "$home/logs/master.log" "Starting Spark master" 1
    for worker in 1 2; do
        launch "worker$worker" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 \
            --cores 1 --memory 1g --work-dir "$(realpath "$home/work")" "spark://127.0.0.1:$port"
    done
    wait_for "$home/logs/master.log" "Registering worker" 2
    echo "spark://127.0.0.1:$port"
}

launch() {
    local name=$1
    shift
    setsid "$SPARK_HOME/bin/spark-class" "$@" >"$home/logs/$name.log" 2>&1 </dev/null &
    echo $! >>"$home/pids"
}

wait_for() {
    for _ in $(seq 1 120); do
        if [ -f "$1" ] && [ "$(grep -c "$2" "$1")" -ge "$3" ]; then return; fi
        sleep 0.5
    done
    echo "the cluster did not come up; see $home/logs" >&2
    stop
    exit 1
}

stop() {
    [ -f "$home/pids" ] || { echo "no cluster is recorded in $home" >&2; return; }
    while read -r pid; do kill -- "-$pid" 2>/dev/null || true; done <"$home/pids"
    rm -f "$home/pids"
}

case "${1:-}" in
    start) start ;;
    stop) stop ;;
    *) sed -n '2,5p' "$0"; exit 2 ;;
esac
