# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The parts of tilec-c/tilec.h that a Python program needs, by ctypes, for NumPy arrays.

Arrays are passed without a copy. NumPy has no BF16: such an array is one of uint16 bit patterns, and
the parameter says that they are BF16.
"""

import ctypes
import os

import numpy as np

_lib = ctypes.CDLL(os.environ.get("TILEC_LIBRARY", "libtilec.so.0"))


class _DataType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class _Tensor(ctypes.Structure):
    """DLTensor of dlpack/dlpack.h."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int),
        ("device_id", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("dtype", _DataType),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class _Argument(ctypes.Structure):
    _fields_ = [("tensor", ctypes.POINTER(_Tensor)), ("integer", ctypes.c_int64), ("number", ctypes.c_double)]


class _Parameter(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("dtype", ctypes.c_int),
        ("direction", ctypes.c_int),
        ("is_scalar", ctypes.c_int32),
        ("is_weight", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("shape", ctypes.POINTER(ctypes.c_char_p)),
        ("extents", ctypes.POINTER(ctypes.c_int64)),
        ("layout", ctypes.c_char_p),
        ("layout_hash", ctypes.c_uint64),
    ]


# In the order of tilec_dtype.
_NUMPY_DTYPES = "f4 u2 f2 i1 u1 i2 u2 i4 u4 i8 i8 u1".split()


def _declare(name, result, *arguments):
    function = getattr(_lib, name)
    function.restype, function.argtypes = result, arguments
    return function


_P, _S, _N = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
_OUT = ctypes.POINTER(ctypes.c_void_p)
_error_message = _declare("tilec_error_message", _S, _P)
_error_destroy = _declare("tilec_error_destroy", None, _P)
_options_create = _declare("tilec_options_create", _P)
_options_destroy = _declare("tilec_options_destroy", None, _P)
_options_define = _declare("tilec_options_define", ctypes.c_int, _P, _S, _S, _OUT)
_compile_file = _declare("tilec_compile_file", ctypes.c_int, _S, _P, _OUT, _OUT)
_module_destroy = _declare("tilec_module_destroy", None, _P)
_module_find = _declare("tilec_module_find", _P, _P, _S)
_parameter_count = _declare("tilec_entry_parameter_count", _N, _P)
_parameter = _declare("tilec_entry_parameter", ctypes.POINTER(_Parameter), _P, _N)
_dtype_to_dlpack = _declare("tilec_dtype_to_dlpack", _DataType, ctypes.c_int)
_weight_create = _declare(
    "tilec_weight_create", ctypes.c_int, _P, _S, ctypes.POINTER(_Tensor), _P, _P, _P, _OUT, _OUT
)
_weight_tensor = _declare("tilec_weight_tensor", ctypes.POINTER(_Tensor), _P)
_weight_destroy = _declare("tilec_weight_destroy", None, _P)
_call = _declare("tilec_call", ctypes.c_int, _P, ctypes.POINTER(_Argument), _N, _P, _OUT)


class Error(Exception):
    """What the library says is wrong."""


def _checked(function, *arguments):
    """Calls a function whose last parameter is an error."""
    error = ctypes.c_void_p()
    if function(*arguments, ctypes.byref(error)):
        text = _error_message(error).decode()
        _error_destroy(error)
        raise Error(text)


def _view(array, parameter):
    """The DLTensor of an array. It borrows the array's memory."""
    expected = np.dtype(_NUMPY_DTYPES[parameter.dtype])
    if array.dtype.newbyteorder("=") != expected and array.dtype != np.bool_:
        raise Error(f"`{parameter.name.decode()}` is an array of {array.dtype}, expected {expected}")
    tensor = _Tensor()
    tensor.data = array.ctypes.data
    tensor.device_type = 1  # kDLCPU
    tensor.ndim = array.ndim
    tensor.dtype = _dtype_to_dlpack(parameter.dtype)
    tensor.shape = (ctypes.c_int64 * array.ndim)(*array.shape)
    # DLPack counts elements, NumPy bytes.
    tensor.strides = (ctypes.c_int64 * array.ndim)(*(stride // array.itemsize for stride in array.strides))
    return tensor


class Weight:
    """An array in the layout in which compiled code takes a parameter."""

    def __init__(self, entry, name, array):
        self._handle = ctypes.c_void_p()
        tensor = _view(array, entry.parameter(name))
        _checked(
            _weight_create, entry._handle, name.encode(), tensor, None, None, None, ctypes.byref(self._handle)
        )

    def __del__(self):
        _weight_destroy(self._handle)


class Entry:
    """A compiled function: called with an array, a Weight or a number for each parameter."""

    def __init__(self, module, handle):
        self._module = module  # which must live as long
        self._handle = handle
        count = _parameter_count(handle)
        self.parameters = [_parameter(handle, i).contents for i in range(count)]

    def parameter(self, name):
        return next(p for p in self.parameters if p.name.decode() == name)

    def __call__(self, *values):
        views = []
        arguments = (_Argument * len(values))()
        for argument, value, parameter in zip(arguments, values, self.parameters):
            if isinstance(value, Weight):
                argument.tensor = _weight_tensor(value._handle)
            elif isinstance(value, np.ndarray):
                views.append(_view(value, parameter))
                argument.tensor = ctypes.pointer(views[-1])
            elif isinstance(value, int):
                argument.integer, argument.number = value, value
            else:
                argument.number = value
        _checked(_call, self._handle, arguments, len(values), None)


class Module:
    """A compiled program."""

    def __init__(self, path, **defines):
        options = _options_create()
        self._handle = ctypes.c_void_p()
        try:
            for name, value in defines.items():
                _checked(_options_define, options, name.encode(), str(value).encode())
            _checked(_compile_file, path.encode(), options, ctypes.byref(self._handle))
        finally:
            _options_destroy(options)

    def __getitem__(self, name):
        handle = _module_find(self._handle, name.encode())
        if not handle:
            raise KeyError(name)
        return Entry(self, handle)

    def __del__(self):
        _module_destroy(self._handle)
