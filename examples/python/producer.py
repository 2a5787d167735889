import json

from kafka import KafkaProducer

producer = KafkaProducer(bootstrap_servers='localhost:9092', value_serializer=lambda v: json.dumps(v).encode('utf-8'))

for number in range(10):
    producer.send('test_topic', {'number': number})

producer.flush()
producer.close()
print('10 messages sent to test_topic')
