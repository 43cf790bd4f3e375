"""Language models as authors: any OpenAI-compatible endpoint, a small local model, or a recorded transcript.

model.py       what a model is: messages in, a streamed reply out      answer.py      code out of a reply
endpoint.py    an OpenAI-compatible endpoint                           prompt.py      prompts are files with a version
local.py       a GGUF model on this machine                            ways.py        sample, repair, refine, plan, moves
transcript.py  every exchange on disk; replays without a model         author.py      the author `llm{...}`
meter.py       tokens and money, counted while a reply streams         prices.py      dollars per token, with date and source
"""
