"""Records that a group has yet to read. Usage: lag.py ADDRESS GROUP TOPIC PARTITIONS"""
import sys

from confluent_kafka import Consumer, TopicPartition

address, group, topic, partitions = sys.argv[1:4] + [int(sys.argv[4])]
consumer = Consumer({'bootstrap.servers': address, 'group.id': group, 'enable.auto.commit': False})
lag = 0
for each in consumer.committed([TopicPartition(topic, partition) for partition in range(partitions)], 30):
    low, high = consumer.get_watermark_offsets(each, 30)
    lag += high - max(low, each.offset)
print(lag)
