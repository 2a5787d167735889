"""Kafka Connect, standalone: a file into a topic and the topic into another file. Usage: connect.py host:port java-classpath folder"""
import os
import subprocess
import sys

from checks import ADDRESS, check, run, unique, until

CLASSPATH, FOLDER = sys.argv[2], sys.argv[3]
LINES = [f'line {number}' for number in range(1_000)]


def write(name, settings):
    path = os.path.join(FOLDER, name)
    with open(path, 'w') as file:
        file.writelines(f'{key}={value}\n' for key, value in settings.items())
    return path


def read(path):
    return open(path).read().splitlines() if os.path.exists(path) else []


@check('FileStream source and sink, stopped and started again: every line once, in order')
def files():
    topic = unique('connect')
    source, target = os.path.join(FOLDER, f'{topic}.in'), os.path.join(FOLDER, f'{topic}.out')
    string = 'org.apache.kafka.connect.storage.StringConverter'
    worker = write('worker.properties', {
        'bootstrap.servers': ADDRESS, 'key.converter': string, 'value.converter': string, 'offset.storage.file.filename': os.path.join(FOLDER, f'{topic}.offsets'),
        'offset.flush.interval.ms': 500, 'listeners': 'http://127.0.0.1:0', 'plugin.discovery': 'service_load'})
    connector = {'tasks.max': 1}
    settings = [
        write('source.properties', {**connector, 'name': 'source', 'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector', 'file': source, 'topic': topic}),
        write('sink.properties', {**connector, 'name': topic, 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector', 'file': target, 'topics': topic})]
    for half in range(2):
        end = (half + 1) * len(LINES) // 2
        with open(source, 'a') as file:
            file.writelines(f'{line}\n' for line in LINES[half * len(LINES) // 2:end])
        with open(os.path.join(FOLDER, f'connect-{half}.log'), 'w') as log:
            process = subprocess.Popen(['java', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', CLASSPATH, 'org.apache.kafka.connect.cli.ConnectStandalone', worker, *settings], stdout=log, stderr=log)
            try:
                until(lambda: f'{len(read(target))} of {end} lines, exit {process.poll()}', lambda: len(read(target)) >= end, 90)
            finally:
                process.terminate()
                process.wait(60)
    assert read(target) == LINES, f'{len(read(target))} lines'


run()
