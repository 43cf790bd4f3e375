"""The compiled half of the judge: C sources beside this file, built at first use (`build`), called through ctypes (`binding`)."""
