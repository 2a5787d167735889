import json

from kafka import KafkaConsumer

consumer = KafkaConsumer(
    'test_topic',
    bootstrap_servers='localhost:9092',
    auto_offset_reset='earliest',
    group_id='test_group',
    value_deserializer=lambda v: json.loads(v.decode('utf-8')),
)

for message in consumer:
    print(f'{message.topic}-{message.partition}@{message.offset}: {message.value}', flush=True)
